/**
 * Draw HTML that an app wrote, of which some may come from others.
 *
 * The browser's parser reads it into a document without scripts. From what it found, new nodes are made by the lists in
 * `lists.ts`, with their allowed attributes. Nothing is written as HTML and parsed again, so no text can mean one thing to
 * this code and another to the page.
 */
import { codeBlock, setCode, setLanguage } from "../markdown/code-block";
import { completeCode } from "../markdown/blocks";
import { image } from "../markdown/images";
import { normalizeAddress, type MarkdownPolicy } from "../markdown/policy";
import type { Context } from "../markdown/types";
import { tagLength } from "./text";
import { DRAWN, DROPPED, ELEMENTS, keeps, keepsDrawn, STYLES } from "./lists";

const HTML = "http://www.w3.org/1999/xhtml";
const SVG = "http://www.w3.org/2000/svg";

/** How deep elements nest; what is deeper is drawn without them. */
const MAX_DEPTH = 100;

/** Longest tag whose attributes are renamed, in UTF-16 code units. */
const MAX_TAG = 10_000;

/** Values of CSS that fetch something, or that a parser may read in another way than this does. */
const FETCHES = /\\|\b(?:url|src|image|image-set|cross-fade|element|paint|attr|env)\(/i;

/** Ids that the client gives to elements. */
const OWN_ID = /^(?:c\d|s\d|app$|user-content)/;

/**
 * The nodes for a piece of HTML, without anything that runs or leaves its place.
 *
 * @param policy Which links and pictures are allowed.
 */
export function sanitized(html: string, policy: MarkdownPolicy): DocumentFragment {
  // eslint-disable-next-line no-restricted-syntax -- read only: nodes of the page are made from what is found there
  const { body } = new DOMParser().parseFromString(`<!doctype html><body>${quiet(html)}`, "text/html");
  const made = document.createDocumentFragment();
  const context: Context = { policy, commands: undefined, loaded: new Set(), sources: undefined };
  copyChildren(body, made, context, 0);
  return made;
}

/**
 * The same HTML with other names for the attributes that the content security policy reports, even in a document that is
 * only read. What is allowed does not depend on it.
 */
function quiet(html: string): string {
  let made = "";
  for (let at = 0; at < html.length; ) {
    const start = html.indexOf("<", at);
    if (start < 0) return made + html.slice(at);
    const length = Math.max(1, tagLength(html.slice(start, start + MAX_TAG)));
    const tag = html.slice(start, start + length);
    made += html.slice(at, start) + tag.replace(/"[^"]*"|'[^']*'|([\s/])(style|on[a-z]+)(?=\s*=)/gi, (all, before: string | undefined, name: string) => (before === undefined ? all : `${before}x-${name}`));
    at = start + length;
  }
  return made;
}

/** Show these nodes in an element. What is the same stays, and with it what the user has opened or selected there. */
export function show(root: Element, nodes: DocumentFragment): void {
  const made = [...nodes.childNodes];
  for (const [at, node] of made.entries()) {
    const old = root.childNodes[at];
    if (old === undefined) root.append(node);
    else if (!old.isEqualNode(node)) old.replaceWith(node);
  }
  while (root.childNodes.length > made.length) root.lastChild?.remove();
}

function copyChildren(from: Node, to: Node, context: Context, depth: number): void {
  for (const child of from.childNodes) {
    if (child instanceof Text) to.appendChild(document.createTextNode(child.data));
    else if (child instanceof Element) copy(child, to, context, depth + 1);
  }
}

function copy(from: Element, to: Node, context: Context, depth: number): void {
  const name = from.localName.toLowerCase();
  if (from.namespaceURI === SVG && DRAWN.has(name) && depth < MAX_DEPTH) to.appendChild(drawing(from, context, depth));
  if (from.namespaceURI !== HTML || DROPPED.has(name)) return;
  if (!ELEMENTS.has(name) || depth >= MAX_DEPTH) copyChildren(from, to, context, depth);
  else if (name === "img") to.appendChild(picture(from, context));
  else if (name === "pre" && from.firstElementChild?.localName === "code") to.appendChild(code(from.firstElementChild));
  else {
    const made = document.createElement(name);
    for (const { name: attribute, value } of from.attributes) if (keeps(name, attribute)) made.setAttribute(attribute, value);
    dress(from, made);
    if (name === "a") link(from, made as HTMLAnchorElement, context);
    copyChildren(from, made, context, depth);
    to.appendChild(made);
  }
}

function drawing(from: Element, context: Context, depth: number): Element {
  const made = document.createElementNS(SVG, from.localName);
  for (const { name, value } of from.attributes) if (keepsDrawn(name) && !FETCHES.test(value)) made.setAttribute(name, value);
  dress(from, made);
  copyChildren(from, made, context, depth);
  return made;
}

/** The `id` and `style` of an element. */
function dress(from: Element, made: HTMLElement | SVGElement): void {
  const id = from.getAttribute("id");
  if (id !== null && harmlessId(id)) made.id = id;
  const style = from.getAttribute("x-style") ?? from.getAttribute("style");
  if (style !== null) setStyle(made.style, style);
}

/** An id that no name of the page is found by: `document.forms`, `window.name` and the like stay what they are. */
function harmlessId(id: string): boolean {
  return /^[A-Za-z][\w-]*$/.test(id) && !OWN_ID.test(id) && !(id in document) && !(id in document.body) && !isOfWindow(id);
}

/** Elements with an id are properties of the window; others than those may not be hidden by one. */
function isOfWindow(name: string): boolean {
  if (!(name in window)) return false;
  const found = (window as unknown as Record<string, unknown>)[name];
  return !(found instanceof Element || found instanceof HTMLCollection);
}

/** Assigned property by property: the page's content security policy refuses `style` attributes. */
function setStyle(to: CSSStyleDeclaration, text: string): void {
  const { style } = document.createElement("i");
  style.cssText = text;
  for (const name of STYLES) {
    const value = style.getPropertyValue(name);
    if (value !== "" && !FETCHES.test(value)) to.setProperty(name, value, style.getPropertyPriority(name));
  }
}

function picture(from: Element, context: Context): Node {
  const src = from.getAttribute("src") ?? "";
  const made = image(src === "" ? null : normalizeAddress(src), from.getAttribute("alt") ?? "", from.getAttribute("title") ?? "", context, false);
  if (!(made instanceof HTMLImageElement)) return made;
  for (const { name, value } of from.attributes) if (keeps("img", name)) made.setAttribute(name, value);
  dress(from, made);
  return made;
}

function link(from: Element, made: HTMLAnchorElement, { policy }: Context): void {
  const href = normalizeAddress(from.getAttribute("href") ?? "");
  if (href === null || href === "") return;
  const target = href.startsWith("?") ? { href, external: false } : policy.link(href);
  if (target === null) return;
  made.href = target.href;
  made.rel = "noopener noreferrer nofollow";
  if (target.external || from.getAttribute("target") === "_blank") made.target = "_blank";
  const saved = from.getAttribute("download");
  if (saved !== null && !target.external) made.download = saved;
}

function code(from: Element): HTMLElement {
  const made = codeBlock("");
  setLanguage(made, /(?:^|\s)language-([\w+#-]+)/.exec(from.className)?.[1] ?? "");
  setCode(made, from.textContent.replace(/\n$/, ""));
  completeCode(made);
  return made.node;
}
