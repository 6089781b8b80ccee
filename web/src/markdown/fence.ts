import type { Token, Tokens } from "marked";
import { closes, isClosed } from "./settle";
import type { CodeBlock } from "./types";

/** Code that is still being written, at the end of the text: new lines of it need no parser. */
export interface OpenFence {
  readonly fence: string;
  readonly block: CodeBlock;
  /** Where the code begins in the text. */
  readonly start: number;
  /** Up to where whole lines were searched for the end of the code. */
  scanned: number;
}

/**
 * The fence that is open at the end of a text, if new lines of it can be added without the parser.
 *
 * @param end Length of the text whose last token this is.
 */
export function openFence(token: Token | undefined, block: CodeBlock | undefined, end: number): OpenFence | null {
  if (token?.type !== "code" || block === undefined || (token as Tokens.Code).codeBlockStyle === "indented") return null;
  // Code of an indented fence loses the indentation; that is left to the parser.
  const fence = /^(`{3,}|~{3,})/.exec(token.raw)?.[1];
  const head = token.raw.indexOf("\n");
  if (fence === undefined || head < 0 || isClosed(token.raw)) return null;
  const start = end - token.raw.length + head + 1;
  return { fence, block, start, scanned: start };
}

/**
 * Add new lines to an open fence.
 *
 * @returns False if the code may have ended: then the text must be parsed.
 */
export function extendFence(open: OpenFence, text: string): boolean {
  for (let end = text.indexOf("\n", open.scanned); end >= 0; end = text.indexOf("\n", open.scanned)) {
    if (closes(text.slice(open.scanned, end), open.fence)) return false;
    open.scanned = end + 1;
  }
  const line = text.slice(open.scanned);
  if (closes(line, open.fence)) return false;
  // What may become the closing line is not shown before it is clear that it does not; nor is the last line end.
  const end = /^ {0,3}(?:`*|~*)$/.test(line) ? open.scanned - 1 : text.length;
  const shown = open.start + open.block.text.length;
  if (end > shown) open.block.text.appendData(text.slice(shown, end));
  return true;
}
