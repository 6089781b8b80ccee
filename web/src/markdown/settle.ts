import type { Token, Tokens } from "marked";

const INTERRUPTING_LIST = /^ {0,3}(?:[*+-]|1[.)])[ \t]+[^ \t\n]/;

/** A blank line that is complete. */
const BLANK_LINE = /\n[ \t]*\n/;

interface Piece {
  readonly token: Token;
  /** The text that the token was made of; what the parser calls its source may differ in white space. */
  readonly source: string;
}

/**
 * Find how much of a text can never change any more, whatever is written after it.
 *
 * Two things settle blocks: the end of one that nothing can continue (a closed fence, a heading, a paragraph with a
 * blank line behind it), and the beginning of a next one that nothing can take back (its first line is complete).
 *
 * @param tokens The top-level tokens of a text that may grow.
 * @returns How many of the tokens are settled.
 */
export function settledTokens(tokens: readonly Token[], text: string): number {
  let at = 0;
  const pieces = tokens.map((token): Piece => ({ token, source: text.slice(at, (at += token.raw.length)) }));
  for (let index = pieces.length - 1; index >= 0; index--) {
    const piece = pieces[index];
    if (piece === undefined || piece.token.type === "space") continue;
    const space = pieces[index + 1]?.token.type === "space" ? (pieces[index + 1]?.source ?? "") : "";
    if (endsForGood(piece, space)) return space === "" ? index + 1 : index + 2;
    if (index > 0 && beginsForGood(piece, pieces[index - 1])) return index;
  }
  return 0;
}

/** @param space The white space behind it. */
function endsForGood({ token, source }: Piece, space: string): boolean {
  const lineEnds = source.endsWith("\n") || space.startsWith("\n");
  switch (token.type) {
    case "heading":
    case "hr":
      return lineEnds;
    case "code":
      return (token as Tokens.Code).codeBlockStyle !== "indented" && lineEnds && isClosed(source);
    case "math":
      return isWholeMath(token);
    case "details":
      return lineEnds && "closed" in token && token["closed"] === true;
    case "list":
    case "footnote":
      // A blank line may be within it.
      return false;
    default:
      return BLANK_LINE.test(source.slice(-1) + space);
  }
}

/** Whether nothing can be written into a formula any more: its closing line has ended. */
function isWholeMath(token: Token): boolean {
  return "closed" in token && token["closed"] === true && token.raw.endsWith("\n");
}

/** Whether a fence has its closing line. */
export function isClosed(source: string): boolean {
  const lines = source.trimEnd().split("\n");
  const fence = /^ {0,3}(`{3,}|~{3,})/.exec(lines[0] ?? "")?.[1];
  return fence !== undefined && lines.length > 1 && closes(lines.at(-1) ?? "", fence);
}

/** Whether a line closes a fence that was opened with `fence`. */
export function closes(line: string, fence: string): boolean {
  const text = line.trimEnd();
  const marks = text.trimStart();
  return text.length - marks.length <= 3 && marks.length >= fence.length && marks === fence.charAt(0).repeat(marks.length);
}

function beginsForGood({ token, source }: Piece, previous: Piece | undefined): boolean {
  const lineEnd = source.indexOf("\n");
  if (lineEnd < 0) return false;
  switch (token.type) {
    case "list":
      // Other lists cannot interrupt a paragraph; that this one seems to depends on what its next line will be.
      return previous?.token.type !== "paragraph" || INTERRUPTING_LIST.test(source);
    case "table":
      // It is the second line that makes one.
      return source.includes("\n", lineEnd + 1);
    case "math":
      return isWholeMath(token);
    case "heading":
      // It ends with its line, or with its second, which makes one of text; both were looked at as an end.
      return false;
    case "paragraph":
      // It may be the title of a definition, on lines after it: text until it is complete.
      return previous?.token.type !== "def" || !/^[ \t]*["'(]/.test(source);
    default:
      return true;
  }
}
