/**
 * Draws formulas: Temml reads TeX, and what it makes of it is built here, from names and values that are known to be
 * harmless and nothing else.
 */
import temml from "temml";
import "./formula.css";

const MATHML = "http://www.w3.org/1998/Math/MathML";

/** Most elements of one formula, and how deep they nest. */
const MAX_NODES = 4_000;
const MAX_NESTING = 80;

const ELEMENTS: ReadonlySet<string> = new Set(
  (
    "math semantics mrow mi mn mo ms mtext mspace mstyle mpadded mphantom merror mfrac msqrt mroot msub msup msubsup " +
    "munder mover munderover mmultiscripts mprescripts none mtable mtr mtd menclose"
  ).split(" "),
);
const ATTRIBUTES: ReadonlySet<string> = new Set(
  (
    "accent accentunder columnalign columnspacing columnlines rowlines rowspacing depth display displaystyle fence form " +
    "height largeop linethickness lspace rspace mathbackground mathcolor mathsize mathvariant maxsize minsize " +
    "movablelimits notation scriptlevel separator stretchy symmetric voffset width"
  ).split(" "),
);
const STYLES: ReadonlySet<string> = new Set(
  (
    "border borderTop borderBottom borderLeft borderRight color display fontFamily fontWeight fontStyle height width " +
    "mathDepth padding paddingTop paddingBottom paddingLeft paddingRight textAlign verticalAlign whiteSpace"
  ).split(" "),
);
const VALUE = /^[\w.,%#+\- ()]{0,60}$/;
/** The classes of `formula.css`. */
/** Lines above and below, which browsers that know `menclose` would draw too wide: they are borders in all of them. */
const LINED = /^tml-(?:over|under)line$/;
const CLASS =
  /^(?:(?:tml|wbk|chr|ff)-[a-z0-9-]{1,20}|menclose|upstrike|downstrike|sout|longdiv-(?:top|arc)|phasor-(?:bottom|angle)|circle-pad|textcircle|actuarial)$/;

/** What Temml makes, as far as it is used. */
interface Made {
  readonly type?: string;
  readonly text?: string;
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly style?: Readonly<Record<string, unknown>>;
  readonly classes?: readonly unknown[];
  readonly children?: readonly Made[];
}

/** The formula, or null if it is none. */
export function draw(source: string, display: boolean): Element | null {
  try {
    const made = temml.__renderToMathMLTree(source, {
      displayMode: display,
      throwOnError: true,
      trust: false,
      maxExpand: 500,
      maxSize: [20, 200],
      macros: {},
    }) as Made;
    const built = build(made, { left: MAX_NODES }, 0);
    return built instanceof Element && built.localName === "math" ? built : null;
  } catch {
    return null;
  }
}

function build(made: Made, budget: { left: number }, depth: number): Node {
  if (--budget.left < 0 || depth > MAX_NESTING) throw new RangeError("the formula is too large");
  const children = made.children ?? [];
  if (made.type === undefined && typeof made.text === "string") return document.createTextNode(made.text);
  if (made.type === undefined) {
    const all = document.createDocumentFragment();
    for (const child of children) all.append(build(child, budget, depth + 1));
    return all;
  }
  const known = ELEMENTS.has(made.type) && !(made.type === "menclose" && LINED.test(String(made.classes)));
  if (!known && made.text !== undefined) return document.createTextNode(made.text);
  const node: MathMLElement = document.createElementNS(MATHML, known ? made.type : "mrow");
  for (const [name, value] of Object.entries(made.attributes ?? {})) {
    if (ATTRIBUTES.has(name) && VALUE.test(String(value))) node.setAttribute(name, String(value));
  }
  // Set one by one: the content security policy leaves no room for style attributes.
  for (const [name, value] of Object.entries(made.style ?? {})) {
    if (!STYLES.has(name) || !VALUE.test(String(value))) continue;
    node.style.setProperty(name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`), String(value));
  }
  for (const name of made.classes ?? []) if (typeof name === "string" && CLASS.test(name)) node.classList.add(name);
  for (const child of children) node.append(build(child, budget, depth + 1));
  return node;
}
