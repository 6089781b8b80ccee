/** Formulas: where they are in a text. How they are drawn is in `formula.ts`, which is loaded with the first one. */
import type { Token, Tokens } from "marked";
import { closes } from "../settle";

export interface MathToken extends Tokens.Generic {
  readonly type: "math";
  readonly raw: string;
  readonly text: string;
  readonly display: boolean;
  readonly closed: boolean;
  /** The marks behind a formula within a line, which stay on its line. */
  readonly after?: string;
}

/** Longest formula in UTF-16 code units. */
export const MAX_FORMULA = 8_000;

/** A longer paragraph, in UTF-16 code units, is no prose. */
const MAX_PARAGRAPH = 20_000;

const BLANK = /\n[ \t]*\n/;

/**
 * Amounts of money: `$5`, `$1,000.50`, `$20k`, also with marks of emphasis around them. They are no formulas, unless the
 * sign comes again at once.
 */
const PRICE =
  /^\$\d[\d.,]*(?:[kKmMbB]n?|%|\+)?(?=$|[\s,;:.!?)\]}'"*_~/–—-])(?!\s*[=<>^\\+]|\*[\p{L}\p{N}(\\]|\s+\*\s|_[\p{L}\p{N}{\\])/u;

/** Names of shells and of stocks: `$HOME/bin`, `${HOME}`, `$AAPL and`. */
const NAME = /^\$(?:\{[A-Za-z_]\w*\}|(?:[A-Z_][A-Z0-9_]+|_\w+)(?=$|\$[A-Z_]|[.,;"'`)\]}*~?!]|[/:](?=$|[a-z.$"'~*\s])|\s+[\p{L}\p{N}*"'(]))/u;

/** Longer ones in small letters, while nothing says that it is a formula. */
const WORD = /^\$[a-z]\w{2,}(?:\s+\p{L}|[.@](?=[$a-z]))/u;

/** What no formula begins with, as far as one that is being written can tell: `${HOME}`, `$_GET['a']`, `$?`, `$5USD`, `$-5 to`. */
const NONE =
  /^\$(?:\{[A-Za-z_]\w*(?:\}|$)|\{$|[?!@#&;,'"%~>)\]}]|\(\s*['"#.$]|\([a-z]{3,}[ )]|[A-Za-z_]\w*(?:->|::|:[A-Z]|\[['"]|@)|[A-Z_][A-Z0-9_]+(?:=|:\/)|\d[\d.,]*(?:US?$|US|EU|mi|bi|tri|per|\p{L}{4,}|e\d*(?=$|[\s,.;:)]))|[-+]\d[\d.,]*(?=$|[\s,;)]))/u;

const PARENTHESES = /^\\\(((?:[^\\\n]|\\[^)\n]|\n(?!\s*\n)){1,1000}?)\\\)/;
const BRACKETS = /^\\\[((?:[^\\\n]|\\[^\]\n]|\\\n|\n(?!\s*\n)){1,4000}?)\\\]/;
const DOLLARS = /^\$\$((?:[^$\\\n]|\\[^\n]|\\\n|\n(?!\s*\n)|\$(?!\$)){1,4000}?)\$\$/;
const DOLLAR = /^\$(?![\s$])((?:[^$\\\n]|\\[^\n]|\n(?!\s*\n)){0,1000}?(?:[^\s$\\]|\\[^\n]))\$(?![\d$])/;

/** Marks that belong to what is before them; `![` is an image, and `--` no hyphen. */
const AFTER = /^(?:[.,;:?)%…'’”»、。，；：！？）」』]|!(?!\[)|-(?!-)){1,3}/;

/** Whether a `$` may begin a formula, whose end has not come yet. */
export function maybeMath(text: string, before = ""): boolean {
  if (text.startsWith("$$")) return true;
  if (!/^\$[^\s$]/.test(text) || /[a-zA-Z\p{N}\\]/u.test(before)) return false;
  return !/^\$\d[\d.,]*$/.test(text) && ![PRICE, NAME, WORD, NONE].some((none) => none.test(text));
}

/** Whether a `$` and what follows it up to the end of the text may still be a name as well as a formula. */
export function undecidedMath(text: string): boolean {
  return text.length < 60 && /^\$(?:[A-Za-z_]\w*(?:[\s/.[-]|[:@=]\$?)?|[A-Z_][A-Z0-9_]+\$|\(['"#.\w]{0,8}|[-+])$/.test(text);
}

/** Whether what two `$` enclose is rather what is between two names: `$HOME/bin:$PATH`. */
function betweenNames(text: string, inner: string, next: string): boolean {
  if (NAME.test(text) || next === "{") return true;
  if (!/[A-Za-z_(]/.test(next)) return false;
  return !/[\p{L}\p{N})\]}'|!]$/u.test(inner) || (/[A-Z_]/.test(next) && /^[A-Za-z_]\w+$/.test(inner));
}

/** The formula that a text begins with. */
export function inlineMath(text: string, before = ""): MathToken | null {
  const display = text.startsWith("\\[") || text.startsWith("$$");
  let found: RegExpExecArray | null = null;
  if (text.startsWith("\\(")) found = text.slice(2, 1_100).includes("\\)") ? PARENTHESES.exec(text) : null;
  else if (text.startsWith("\\[")) found = text.slice(2, 4_100).includes("\\]") ? BRACKETS.exec(text) : null;
  else if (text.startsWith("$$")) found = text.slice(2, 4_100).includes("$$") ? DOLLARS.exec(text) : null;
  else if (text.startsWith("$") && text.slice(1, 1_100).includes("$") && !/[a-zA-Z\p{N}\\]/u.test(before)) {
    found = DOLLAR.exec(text);
    if (found && PRICE.test(text) && !/^\$\d[\d.,]*\$/.test(text)) found = null;
    if (found?.[1] !== undefined && betweenNames(text, found[1], text.charAt(found[0].length))) found = null;
  }
  // Brackets with a backslash and no word or number between them are brackets.
  if (found?.[1] === undefined || !(text.startsWith("\\") ? /[\p{L}\p{N}]/u : /\S/).test(found[1])) return null;
  const after = display ? "" : (AFTER.exec(text.slice(found[0].length, found[0].length + 8))?.[0] ?? "");
  return { type: "math", raw: found[0] + after, text: found[1].trim(), display, closed: true, after };
}

const FENCES: readonly [open: RegExp, close: string][] = [
  [/^ {0,3}\$\$/, "$$"],
  [/^ {0,3}\\\[/, "\\]"],
];

/** Environments that are display formulas without any other mark. */
const ENVIRONMENT =
  /^ {0,3}\\begin\{((?:align|aligned|alignat|alignedat|equation|gather|gathered|multline|split|eqnarray|cases|array|[bpvBV]?matrix|smallmatrix)\*?)\}/;

/** The line that opens code of the language `math`. */
const MATH_CODE = /^ {0,3}(`{3,}|~{3,})[ \t]*math[ \t]*(?:\n|$)/;

/**
 * The display formula that a text begins with.
 *
 * @param open Whether one without an end counts: the end has not been written yet.
 */
export function blockMath(text: string, open: boolean): MathToken | null {
  for (const [begin, close] of FENCES) {
    const start = begin.exec(text)?.[0].length;
    if (start !== undefined) return enclosed(text, open, start, close, false);
  }
  const name = ENVIRONMENT.exec(text)?.[1];
  if (name !== undefined) return enclosed(text, open, 0, `\\end{${name}}`, true);
  return mathCode(text, open);
}

/** @param whole Whether the marks are a part of the formula. */
function enclosed(text: string, open: boolean, start: number, close: string, whole: boolean): MathToken | null {
  const near = text.slice(0, start + MAX_FORMULA);
  const end = near.indexOf(close, start);
  const inner = near.slice(start, end < 0 ? undefined : end);
  if (BLANK.test(inner)) return null;
  if (end >= 0) {
    const stop = end + close.length;
    const rest = /^[ \t.,;]*(?:\n|$)/.exec(text.slice(stop, stop + 200));
    if (rest === null || inner.trim() === "") return null;
    const formula = (whole ? near.slice(start, stop) : inner).trim();
    return { type: "math", raw: near.slice(0, stop) + rest[0], text: formula + rest[0].trim(), display: true, closed: true };
  }
  if (!open || near.length < text.length) return null;
  return { type: "math", raw: text, text: inner.replace(/[$\\]$/, "").trim(), display: true, closed: false };
}

function mathCode(text: string, open: boolean): MathToken | null {
  const found = MATH_CODE.exec(text);
  if (found?.[1] === undefined || text.length > found[0].length + 10 * MAX_FORMULA) return null;
  let at = found[0].length;
  while (at < text.length) {
    const next = text.indexOf("\n", at);
    const end = next < 0 ? text.length : next;
    if (closes(text.slice(at, end), found[1])) {
      const inner = text.slice(found[0].length, at).trim();
      return { type: "math", raw: text.slice(0, end + 1), text: inner, display: true, closed: true };
    }
    at = end + 1;
  }
  return { type: "math", raw: text, text: text.slice(found[0].length).trim(), display: true, closed: !open };
}

/** Where in a paragraph a display formula begins. */
export function startOfMath(text: string, open: boolean): number | undefined {
  const starts = /\n {0,3}(?:\$\$|\\\[|\\begin\{)/g;
  const blank = text.search(BLANK);
  const end = Math.min(blank < 0 ? text.length : blank, MAX_PARAGRAPH);
  for (let found = starts.exec(text); found !== null && found.index < end; found = starts.exec(text)) {
    if (blockMath(text.slice(found.index + 1), open) !== null) return found.index + 1;
  }
  return undefined;
}

export const isMath = (token: Token): token is MathToken => token.type === "math";
