/** Helpers of the tests of this folder. */
import { MarkdownView } from "./view";
import part from "./extensions/all";
import type { MarkdownPolicy } from "./policy";
import { setExtensions } from "./extensions";

// Tests begin with all parts there; how they load is a test of the whole page.
setExtensions(part);

/** Lets everything through, to compare with examples of the language itself. */
export const openPolicy: MarkdownPolicy = {
  link: (href) => ({ href, external: false }),
  image: () => "show",
};

const WRAPPERS = ".code, .table, .table-box, .run, span, section";
const SHOWN_ATTRIBUTES = ["href", "src", "alt", "title", "start", "class", "checked"];

/** The structure and words of what is shown, without the boxes and controls around it, as one comparable text. */
export function outline(root: Node): string {
  return [...root.childNodes].map(node).join("").trim();
}

function node(child: Node): string {
  if (child instanceof Text) return inPre(child) ? child.data : child.data.replace(/\s+/g, " ");
  if (!(child instanceof Element) || child.matches(".code-head, .table-tools")) return "";
  const inner = child.matches("pre") ? outline(child).replace(/\n$/, "") : outline(child);
  if (child.matches(WRAPPERS)) return inner;
  const name = child.tagName.toLowerCase();
  const attributes = SHOWN_ATTRIBUTES.filter((key) => child.hasAttribute(key) && child.getAttribute(key) !== "")
    .map((key) => ` ${key}=${JSON.stringify(child.getAttribute(key))}`)
    .join("");
  const block = /^(p|h\d|ul|ol|li|blockquote|pre|hr|table|thead|tbody|tr|td|th)$/.test(name);
  return `${block ? "\n" : ""}<${name}${attributes}>${inner}</${name}>${block ? "\n" : ""}`;
}

function inPre(child: Node): boolean {
  return child.parentElement?.closest("pre") !== null;
}

/** The markup without what depends on when its pieces came: where runs begin, and where the last letter is. */
export function markup(root: Element): string {
  const copy = root.cloneNode(true) as Element;
  for (const run of copy.querySelectorAll(":scope > .run")) run.replaceWith(...run.childNodes);
  for (const end of copy.querySelectorAll("[data-end]")) end.removeAttribute("data-end");
  return copy.innerHTML;
}

/** The outline of markup of an example, with the levels of headings that are used here. */
export function expectedOutline(html: string): string {
  const body = new DOMParser().parseFromString(html, "text/html").body;
  for (const heading of body.querySelectorAll("h1, h2, h3, h4, h5, h6")) {
    const mapped = document.createElement(`h${Math.min(Number(heading.tagName.slice(1)) + 2, 6)}`);
    mapped.append(...heading.childNodes);
    heading.replaceWith(mapped);
  }
  return tidy(outline(body));
}

/** White space around blocks means nothing. */
export function tidy(text: string): string {
  return text
    .replaceAll("<br></br> ", "<br></br>")
    .replace(/\s*\n\s*/g, "\n")
    .replace(/\n+/g, "\n")
    .trim();
}

/** Numbers that look random and are the same in each run. */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 0) / 2 ** 32;
  };
}

/** What is on the screen after a character has come. */
export interface Frame {
  /** The text so far. */
  readonly written: string;
  readonly text: string;
  readonly html: string;
}

/**
 * Show a text by single characters and once more in one piece, which has to end the same.
 *
 * @returns Each frame; the last one is the complete text.
 */
export function frames(text: string, make: (root: HTMLElement) => MarkdownView = (root) => new MarkdownView(root)): Frame[] {
  const [root, whole] = [document.createElement("div"), document.createElement("div")];
  const view = make(root);
  const seen: Frame[] = [];
  const look = (written: string): void => {
    seen.push({ written, text: root.textContent, html: markup(root) });
  };
  for (let end = 1; end <= text.length; end++) {
    view.set(text.slice(0, end));
    look(text.slice(0, end));
  }
  view.finish();
  look(text);
  make(whole).set(text, true);
  if (markup(whole) !== markup(root)) throw new Error(`in one piece: ${markup(whole)}\nby characters: ${markup(root)}`);
  return seen;
}

/** The frames that show what they must not, for a failure to print. */
export function wrong(seen: readonly Frame[], never: RegExp): string[] {
  return seen.filter(({ text, html }) => never.test(text) || never.test(html)).map(({ written, html }) => `${written} -> ${html}`);
}
