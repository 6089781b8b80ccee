/**
 * Citations: `[1]`, or `[1, 3]`, in the answer of a message that has sources. A number that a source has is a link to
 * it; any other is what it was written as, and so are all of them until the sources have come.
 */
import type { TokenizerThis, Tokens } from "marked";
import { hideTip, tipOf } from "./tooltip";
import type { Context, Source, Sources } from "../types";

export interface CitationToken extends Tokens.Generic {
  readonly type: "citation";
  readonly raw: string;
}

const NUMBERS = /^\[(\d{1,3}(?: ?, ?\d{1,3}){0,9})\](?!\()/;
const LABEL = /^\[([^[\]\\]{1,200})\]/;

/** The citation that a text begins with; a label that the text itself defines is an ordinary link. */
export function citation(this: TokenizerThis, text: string): CitationToken | undefined {
  const found = NUMBERS.exec(text);
  if (found?.[1] === undefined || this.lexer.state.inLink) return undefined;
  const { links } = this.lexer.tokens;
  const next = LABEL.exec(text.slice(found[0].length))?.[1];
  const defined = (label: string | undefined): boolean => label !== undefined && Object.hasOwn(links, label.toLowerCase());
  return defined(found[1]) || defined(next) ? undefined : { type: "citation", raw: found[0] };
}

export function citationNode({ raw }: CitationToken, { sources }: Context): HTMLElement {
  const node = document.createElement("span");
  node.className = "citation";
  node.dataset["raw"] = raw;
  fill(node, sources);
  return node;
}

/** Show all citations anew, for other sources. */
export function settleCitations(root: HTMLElement, { sources }: Context): void {
  for (const node of root.querySelectorAll<HTMLElement>(".citation")) fill(node, sources);
}

/** Brackets of which only some numbers have a source stay as they are, with those numbers as links. */
function fill(node: HTMLElement, sources: Sources): void {
  const raw = node.dataset["raw"] ?? "";
  const pieces = raw.split(/(\d+)/).map((piece) => {
    const source = /^\d/.test(piece) ? sources?.find(({ at }) => at === Number(piece)) : undefined;
    return source ? link(source) : piece;
  });
  const links = pieces.filter((piece) => typeof piece !== "string");
  const all = links.length > 0 && links.length === raw.match(/\d+/g)?.length;
  node.classList.toggle("known", all);
  node.replaceChildren(...(all ? links : pieces));
}

function link(source: Source): HTMLElement {
  const { number, title, target, host, label } = source;
  const made = document.createElement("a");
  made.href = target?.href ?? "#";
  made.rel = "noopener noreferrer nofollow";
  if (target?.external === true) made.target = "_blank";
  if (target === undefined) owners.set(made, source);
  made.textContent = number;
  made.setAttribute("aria-label", label);
  tipOf(made, title, host);
  return made;
}

/** The sources of links that lead below the answer. */
const owners = new WeakMap<Element, Source>();

/** A source without an address is shown below the answer: go there, and open what it says. */
export function followCitation(root: HTMLElement, target: Element): boolean {
  const used = target.closest<HTMLElement>(".citation a");
  if (used === null || !root.contains(used)) return false;
  hideTip();
  const source = owners.get(used);
  source?.show?.();
  return source !== undefined;
}
