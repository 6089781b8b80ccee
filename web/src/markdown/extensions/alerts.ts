/** Quotes that begin with `[!NOTE]` and the like. */
import type { Token, Tokens } from "marked";
import { text as words } from "words:markdown";
import type { ExtensionBlock } from "../types";

const KIND = /^\[!(note|tip|important|warning|caution)\][ \t]*(?:\n|$)/i;

export interface AlertToken extends Tokens.Generic {
  readonly type: "alert";
  readonly kind: string;
}

/**
 * The alert that a quote is, or the quote.
 *
 * @param queue Texts whose inside is still to be read.
 */
export function alertOf(quote: Tokens.Blockquote, queue: { src: string; tokens: Token[] }[]): Tokens.Blockquote {
  const found = KIND.exec(quote.text);
  const first = quote.tokens[0] as Tokens.Paragraph | undefined;
  if (found?.[1] === undefined || first?.type !== "paragraph") return quote;
  const waiting = queue.find(({ tokens }) => tokens === first.tokens);
  if (!waiting?.src.startsWith(`[!${found[1]}]`)) return quote;
  const end = waiting.src.indexOf("\n");
  waiting.src = end < 0 ? "" : waiting.src.slice(end + 1);
  if (waiting.src === "") quote.tokens.shift();
  return { ...quote, type: "alert", kind: found[1].toLowerCase() } as unknown as Tokens.Blockquote;
}

export function alertNode(): ExtensionBlock {
  const node = document.createElement("blockquote");
  const title = document.createElement("p");
  title.className = "alert-title";
  const inner = document.createElement("div");
  node.append(title, inner);
  return {
    node,
    inner,
    update(token) {
      const { kind } = token as AlertToken;
      node.className = `alert ${kind}`;
      title.textContent = nameOf(kind);
    },
  };
}

function nameOf(kind: string): string {
  switch (kind) {
    case "tip":
      return words.tip;
    case "important":
      return words.important;
    case "warning":
      return words.warning;
    case "caution":
      return words.caution;
    default:
      return words.note;
  }
}
