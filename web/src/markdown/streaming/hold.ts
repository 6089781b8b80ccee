/** Lines that may still become anything: one more character makes a list, a heading, a rule, a table or just words. */

/** The beginning of a line inside quotes and lists. */
const CONTAINER = /^[ \t]*(?:>|(?:[-+*]|\d{1,9}[.)])(?=[ \t]))/;

/** What comes before the first word: marks of lists, rules, headings, underlines, fences, formulas. */
const UNDECIDED = /^(?:[-+*=_~ \t]+|\d{1,9}[.)]?|#{1,6}[ \t]*|`{1,2}|`{3,}[^`]*|~{3,}.*|\$\$?[ \t]*|\\\[?[ \t]*|\\begin\{?[a-zA-Z]{0,12}\*?\}?|\\b(?:e|eg|egi)?|\[[ xX]?\]?[ \t]*|\[![A-Za-z]{0,9}\]?[ \t]*)$/;

/** A definition, which is not shown at all, or a footnote without a word. */
const DEFINITION = /^\[(?:[^\]\\^][^\]\\]*\]:.*|\^[^\]]{0,40}(?:\]:?[ \t]*)?)$/;

/** Longest line, in UTF-16 code units, that is kept back. */
const MAX_LINE = 2_000;

const DELIMITERS = /^[ \t]*[|:-][|: \t-]*$/;
const ROW = /^[ \t]*\|/;

function inside(line: string): string {
  let rest = line;
  for (let found = CONTAINER.exec(rest); found !== null; found = CONTAINER.exec(rest)) rest = rest.slice(found[0].length);
  return rest;
}

/** Return how much of a growing text can be shown now. */
export function hold(text: string): number {
  const start = text.lastIndexOf("\n") + 1;
  const line = text.slice(start);
  if (line.length > MAX_LINE) return text.length;
  const rest = inside(line);
  const words = rest.trimStart();
  if (line !== "" && (words === "" ? rest !== line : UNDECIDED.test(words) || DEFINITION.test(words))) return heldTable(text, start, words) ?? start;
  return heldTable(text, start, words) ?? text.length;
}

/** Where the head of a table begins whose second line has not come to its end. */
function heldTable(text: string, start: number, line: string): number | null {
  const before = start === 0 ? -1 : text.lastIndexOf("\n", start - 2) + 1;
  const previous = before < 0 ? "" : inside(text.slice(before, start - 1));
  const secondBefore = before <= 0 ? -1 : text.lastIndexOf("\n", before - 2) + 1;
  const first = secondBefore < 0 || !ROW.test(inside(text.slice(secondBefore, before - 1)));
  if (ROW.test(previous) && first) return line === "" || DELIMITERS.test(line) ? before : null;
  if (!ROW.test(line)) return null;
  // A row of a table is shown cell by cell, once it has one.
  return ROW.test(previous) ? (/^\|[ \t]*$/.test(line) ? start : null) : start;
}
