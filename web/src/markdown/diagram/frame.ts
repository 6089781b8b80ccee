/**
 * The frame that draws diagrams. It is built on its own and served as a page without an origin (`/_s/diagram`); it gets
 * text by message and answers with an image. See `diagram.ts`.
 */
import mermaid from "mermaid";
import { themeOf } from "./theme";

interface Job {
  readonly source: string;
  readonly colours: Readonly<Record<string, string>>;
}

/** Tags, of which only the line break means something here; `<<interface>>` is none. */
const TAG = /(?<!<)<(?=\/?[a-z][^<>]*>)(?!br ?\/?>)/gi;

/** Pictures in a diagram come from other places. */
const PICTURE = /@\{[^}]*\bimg\s*:/;

let count = 0;

addEventListener("message", (event: MessageEvent<Job>) => {
  if (event.source !== parent) return;
  void draw(event.data).then(
    (drawing) => {
      parent.postMessage(drawing, "*");
    },
    () => {
      parent.postMessage({ failed: true }, "*");
    },
  );
});

async function draw({ source: written, colours }: Job): Promise<{ svg: string; width: number; height: number }> {
  if (PICTURE.test(written)) throw new Error("a picture from elsewhere");
  const source = written.replace(TAG, "#lt;");
  mermaid.initialize({
    startOnLoad: false,
    securityLevel: "strict",
    secure: ["secure", "securityLevel", "startOnLoad", "maxTextSize", "maxEdges", "htmlLabels", "themeCSS", "fontFamily", "suppressErrorRendering"],
    suppressErrorRendering: true,
    maxTextSize: 20_000,
    maxEdges: 500,
    // Words are drawn as words of the picture, not as a page within it.
    htmlLabels: false,
    flowchart: { htmlLabels: false },
    fontFamily: "ui-sans-serif, system-ui, sans-serif",
    theme: "base",
    themeVariables: themeOf(colours),
  });
  count += 1;
  const { svg } = await mermaid.render(`d${String(count)}`, source);
  // This page has no origin and nothing to lose; the text is one that Mermaid has made and sanitised.
  // eslint-disable-next-line no-restricted-syntax
  const node = new DOMParser().parseFromString(svg, "text/html").querySelector("svg");
  if (node === null) throw new Error("nothing was drawn");
  const [, , width = 0, height = 0] = (node.getAttribute("viewBox") ?? "").split(/[\s,]+/).map(Number);
  node.setAttribute("width", String(width));
  node.setAttribute("height", String(height));
  node.removeAttribute("style");
  for (const link of node.querySelectorAll("script, image, a[href], a")) link.replaceWith(...link.childNodes);
  return { svg: new XMLSerializer().serializeToString(node), width, height };
}

parent.postMessage({ ready: true }, "*");
