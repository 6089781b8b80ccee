/**
 * The few HTML tags that mean something in a text: they are harmless, and taken by name without any attribute. All
 * others are shown as they were written.
 */
import type { Token, TokenizerThis, Tokens } from "marked";
import { syncInline } from "../inline";
import { closes } from "../settle";
import type { Context, InlineEntry, ExtensionBlock } from "../types";

const NAMES = "kbd|sub|sup|mark|ins|small|strong|em|u|s|b|i";
const OPENING = new RegExp(`^<(${NAMES})>`, "i");

/** Longest text inside a tag, in UTF-16 code units. */
const MAX_INSIDE = 1_000;

export interface TagToken extends Tokens.Generic {
  readonly type: "tag";
  readonly raw: string;
  readonly name: string;
  readonly tokens: Token[];
}

export interface DetailsToken extends Tokens.Generic {
  readonly type: "details";
  readonly raw: string;
  readonly open: boolean;
  readonly closed: boolean;
  readonly summary: Token[] | undefined;
  readonly tokens: Token[];
}

/** A tag that a text begins with: its name, its length, and where its inside ends if it is there. */
export function openingTag(text: string): { readonly name: string; readonly length: number; readonly end: number } | undefined {
  const found = OPENING.exec(text);
  const name = found?.[1]?.toLowerCase();
  if (found === null || name === undefined) return undefined;
  const length = found[0].length;
  const end = text.slice(length, length + MAX_INSIDE).toLowerCase().indexOf(`</${name}>`);
  return { name, length, end: end < 0 ? -1 : length + end };
}

export function inlineTag(this: TokenizerThis, text: string): TagToken | undefined {
  const tag = openingTag(text);
  if (tag === undefined || tag.end < 0) return undefined;
  const raw = text.slice(0, tag.end + tag.name.length + 3);
  return { type: "tag", raw, name: tag.name, tokens: this.lexer.inlineTokens(text.slice(tag.length, tag.end), []) };
}

export function tagNode({ name, tokens }: TagToken, context: Context, inLink: boolean): HTMLElement {
  const node = document.createElement(name);
  syncInline(node, [], tokens, context, inLink);
  return node;
}

const DETAILS = /^ {0,3}<details( open)?>/i;
const SUMMARY = /^\s{0,9}<summary>([^<]{0,500}(?:<(?!\/summary>)[^<]{0,500}){0,20})(?:<\/summary>|$)/i;
const EACH = /<(\/?)details(?: open)?>/gi;
const FENCE = /^ {0,3}(`{3,}|~{3,})/;

/** Where the inside of a block ends, and where its closing tag does; both the end of the text if that has not come. */
function extent(text: string, start: number): readonly [inside: number, end: number] {
  let [depth, fence, at] = [1, "", start];
  while (at < text.length) {
    const next = text.indexOf("\n", at);
    const lineEnd = next < 0 ? text.length : next;
    const line = text.slice(at, lineEnd);
    if (fence !== "") fence = closes(line, fence) ? "" : fence;
    else if (at > start && FENCE.test(line)) fence = FENCE.exec(line)?.[1] ?? "";
    else {
      for (const { index, 0: tag, 1: slash } of line.matchAll(EACH)) {
        depth += slash === "" ? 1 : -1;
        if (depth === 0) return [at + index, at + index + tag.length];
      }
    }
    at = lineEnd + 1;
  }
  return [text.length, text.length];
}

export function detailsBlock(this: TokenizerThis, text: string): DetailsToken | undefined {
  const found = DETAILS.exec(text);
  if (found === null) return undefined;
  const [inside, tagEnd] = extent(text, found[0].length);
  const behind = /^[ \t]*(?:\n|$)/.exec(text.slice(tagEnd, tagEnd + 100))?.[0].length ?? 0;
  const all = text.slice(found[0].length, inside);
  const head = SUMMARY.exec(all);
  return {
    type: "details",
    raw: text.slice(0, tagEnd + behind),
    open: found[1] !== undefined,
    closed: tagEnd > inside,
    summary: head?.[1] === undefined ? undefined : this.lexer.inline(head[1].trim()),
    tokens: this.lexer.blockTokens(all.slice(head?.[0].length ?? 0).replace(/^[ \t]*\n/, ""), []),
  };
}

export function startOfDetails(text: string): number | undefined {
  const at = text.search(/\n {0,3}<details(?: open)?>/i);
  return at < 0 ? undefined : at + 1;
}

export function detailsNode(token: DetailsToken): ExtensionBlock {
  const node = document.createElement("details");
  node.open = token.open;
  const [head, inner] = [document.createElement("summary"), document.createElement("div")];
  const entries: InlineEntry[] = [];
  node.append(inner);
  return {
    node,
    inner,
    update(now, context) {
      const { summary, tokens, closed } = now as DetailsToken;
      // Without one the browser has its own word; while it may still come there is none.
      if (summary === undefined && (closed || tokens.length > 0)) head.remove();
      else node.prepend(head);
      syncInline(head, entries, summary ?? [], context);
    },
  };
}
