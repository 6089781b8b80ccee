/** The closed list of HTML that an app's own texts may draw. Whatever is not here is left out. */

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));

/** Elements that are drawn. Of others the content is drawn without them. */
export const ELEMENTS = words(
  `a abbr address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del details dfn div dl dt em
   figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark meter nav ol p pre progress q rp rt ruby s
   samp section small span strike strong sub summary sup table tbody td tfoot th thead time tr tt u ul var wbr`,
);

/** Elements that are left out with all that is in them: it is no text, or not meant to be read. */
export const DROPPED = words(
  `applet audio base embed frame frameset head iframe link meta noembed noframes noscript object param plaintext script select source
   style template textarea title track video xmp`,
);

/** Elements of drawings. All others are left out with their content, as is MathML. */
export const DRAWN = words(
  `svg g path circle ellipse rect line polyline polygon text tspan title desc defs lineargradient radialgradient stop clippath`,
);

const EVERYWHERE = "title lang dir class align role hidden";

const OF_ELEMENT: Readonly<Record<string, string>> = {
  col: "span width",
  colgroup: "span width",
  del: "datetime",
  details: "open",
  font: "color face size",
  hr: "size width color",
  img: "alt width height",
  ins: "datetime",
  li: "value",
  meter: "value min max low high optimum",
  ol: "start type reversed",
  progress: "value max",
  table: "border cellpadding cellspacing width height bgcolor",
  td: "colspan rowspan headers width height valign bgcolor",
  th: "colspan rowspan headers scope width height valign bgcolor",
  time: "datetime",
  tr: "valign bgcolor",
  ul: "type",
};

const OF_DRAWING = words(
  `viewbox preserveaspectratio width height x y x1 y1 x2 y2 cx cy r rx ry dx dy d points transform fill fill-opacity fill-rule
   stroke stroke-width stroke-linecap stroke-linejoin stroke-dasharray stroke-dashoffset stroke-opacity opacity color offset
   stop-color stop-opacity gradientunits gradienttransform text-anchor dominant-baseline font-size font-family font-weight class
   role aria-label aria-hidden font-style letter-spacing rotate text-decoration textlength pathlength`,
);

const allowed = new Map<string, ReadonlySet<string>>();

/** Whether an element of HTML keeps this attribute as it is. Addresses, `id` and `style` have rules elsewhere. */
export function keeps(element: string, attribute: string): boolean {
  let names = allowed.get(element);
  if (names === undefined) allowed.set(element, (names = words(`${EVERYWHERE} ${OF_ELEMENT[element] ?? ""}`)));
  return names.has(attribute) || /^aria-[a-z]+$/.test(attribute);
}

/** Whether an element of a drawing keeps this attribute. */
export const keepsDrawn = (attribute: string): boolean => OF_DRAWING.has(attribute.toLowerCase());

/** CSS properties of a `style` attribute that count, shorthands first: the look of a text, never its place on the page. */
export const STYLES: readonly string[] = [
  ...words(
    `background border border-block border-inline border-top border-right border-bottom border-left border-radius flex flex-flow font
     gap grid-area grid-column grid-row list-style margin outline overflow padding text-decoration
     align-content align-items align-self aspect-ratio background-color background-image background-size background-position
     background-repeat border-collapse border-spacing border-color border-style border-width border-top-color border-top-style
     border-top-width border-right-color border-right-style border-right-width border-bottom-color border-bottom-style
     border-bottom-width border-left-color border-left-style border-left-width border-top-left-radius border-top-right-radius
     border-bottom-left-radius border-bottom-right-radius box-shadow box-sizing clear color column-gap columns cursor direction
     display flex-basis flex-direction flex-grow flex-shrink flex-wrap float font-family font-size font-style font-variant
     font-weight grid-auto-flow grid-template-columns grid-template-rows height hyphens justify-content justify-items justify-self
     letter-spacing line-height list-style-position list-style-type margin-block margin-inline margin-top margin-right
     margin-bottom margin-left max-height max-width min-height min-width object-fit opacity order overflow-wrap overflow-x
     overflow-y padding-block padding-inline padding-top padding-right padding-bottom padding-left row-gap tab-size text-align
     text-decoration-color text-decoration-line text-decoration-style text-indent text-overflow text-shadow text-transform
     text-wrap vertical-align white-space width word-break word-spacing`,
  ),
];
