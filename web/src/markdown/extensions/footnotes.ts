/** Footnotes: `[^name]` in the text, `[^name]: words` where they are. They stay where they were written. */
import type { Token, TokenizerThis, Tokens } from "marked";
import { text as markdown } from "words:markdown";
import { bring } from "../../ui/bring";
import type { ExtensionBlock } from "../types";

export interface NoteToken extends Tokens.Generic {
  readonly type: "footnote";
  readonly raw: string;
  readonly label: string;
  readonly tokens: Token[];
}

export interface NoteReference extends Tokens.Generic {
  readonly type: "note";
  readonly raw: string;
  readonly label: string;
}

const LABEL = String.raw`\[\^([^\s\[\]\\]{1,40})\]`;
const REFERENCE = new RegExp(`^${LABEL}(?![(:])`);
const HEAD = new RegExp(`^ {0,3}${LABEL}:[ \\t]*(?=\\S|\\n)`);
const START = new RegExp(`\\n {0,3}${LABEL}:`);

/** What follows on the lines of a footnote: no blank ones, unless indented text comes behind them. */
const LINE = /^(?! {0,3}\[\^)(?:[^\n]*\S[^\n]*(?:\n|$)|(?:[ \t]*\n)+(?= {2,}\S|\t))/;

export function noteReference(text: string): NoteReference | undefined {
  const found = REFERENCE.exec(text);
  return found?.[1] === undefined ? undefined : { type: "note", raw: found[0], label: found[1] };
}

export function noteBlock(this: TokenizerThis, text: string): NoteToken | undefined {
  const found = HEAD.exec(text);
  if (found?.[1] === undefined) return undefined;
  let end = text.indexOf("\n") + 1 || text.length;
  for (let line = LINE.exec(text.slice(end)); line !== null && line[0] !== ""; line = LINE.exec(text.slice(end))) end += line[0].length;
  const raw = text.slice(0, end);
  const inside = raw.slice(found[0].length).replace(/\n(?: {1,4}|\t)/g, "\n");
  return { type: "footnote", raw, label: found[1], tokens: this.lexer.blockTokens(inside, []) };
}

export function startOfNote(text: string): number | undefined {
  const blank = text.search(/\n[ \t]*\n/);
  const at = (blank < 0 ? text : text.slice(0, blank)).search(START);
  return at < 0 ? undefined : at + 1;
}

export function noteNode({ label, raw }: NoteReference): HTMLElement {
  const node = document.createElement("sup");
  node.className = "note";
  node.dataset["note"] = label;
  node.dataset["raw"] = raw;
  fillReference(node, label);
  return node;
}

function fillReference(node: HTMLElement, label: string): void {
  const link = document.createElement("a");
  link.href = "#";
  link.setAttribute("role", "doc-noteref");
  link.textContent = label;
  node.replaceChildren(link);
}

export function noteBlockNode(): ExtensionBlock {
  const node = document.createElement("div");
  node.className = "footnote";
  node.setAttribute("role", "note");
  node.tabIndex = -1;
  const back = document.createElement("a");
  back.href = "#";
  back.setAttribute("role", "doc-backlink");
  const inner = document.createElement("div");
  node.append(back, inner);
  return {
    node,
    inner,
    update(token) {
      const { label } = token as NoteToken;
      node.dataset["footnote"] = label;
      back.textContent = label;
      back.setAttribute("aria-label", `${markdown.backToText} (${label})`);
    },
  };
}

/** Only what has a footnote is a reference; anything else in such brackets is text. */
export function settleNotes(root: HTMLElement): void {
  const known = new Set(Array.from(root.querySelectorAll<HTMLElement>(".footnote"), (note) => note.dataset["footnote"]));
  for (const node of root.querySelectorAll<HTMLElement>(".note")) {
    const label = node.dataset["note"] ?? "";
    const isLink = node.firstElementChild !== null;
    if (known.has(label) === isLink) continue;
    if (isLink) node.replaceChildren(node.dataset["raw"] ?? "");
    else fillReference(node, label);
  }
}

export function followNote(root: HTMLElement, target: Element): boolean {
  const link = target.closest("[role=doc-noteref], [role=doc-backlink]");
  if (link === null || !root.contains(link)) return false;
  const label = link.closest<HTMLElement>(".note")?.dataset["note"];
  const goal =
    label === undefined
      ? find(root, ".note", "note", link.closest<HTMLElement>(".footnote")?.dataset["footnote"])?.querySelector("a")
      : find(root, ".footnote", "footnote", label);
  goal?.focus({ preventScroll: true });
  if (goal) bring(goal, "center");
  return true;
}

function find(root: HTMLElement, selector: string, key: string, label: string | undefined): HTMLElement | undefined {
  return [...root.querySelectorAll<HTMLElement>(selector)].find((node) => node.dataset[key] === label);
}
