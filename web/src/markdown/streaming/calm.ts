/**
 * Render the end of a growing paragraph as it will probably look: emphasis, code and formulas that are open
 * are closed, the marks of a link that is not complete are left out, and so is what one more character decides.
 */
import { charAt, charBefore, isPunctuation, opensHere } from "../flanking";
import { openingTag } from "../extensions/html-tags";
import { inlineMath, maybeMath, undecidedMath } from "../math/syntax";

/** What spans more than this, in UTF-16 code units, is taken as it is written. */
const MAX_SPAN = 400;
const MAX_STRONG = 4_000;
const MAX_OPEN = 8;
const MAX_LABEL = 1_000;
const MAX_DESTINATION = 4_000;

/** A longer paragraph is no prose, and is shown as it is. */
const MAX_SOURCE = 20_000;

interface Opener {
  readonly mark: string;
  length: number;
  readonly at: number;
  /** Length of what opens, where it is none of marks. */
  readonly size?: number;
}

const isSpace = (char: string | undefined): boolean => char === undefined || /\s/.test(char);

/** The end of the run of one character. */
function runEnd(text: string, at: number): number {
  const mark = text.charAt(at);
  let end = at + 1;
  while (text.charAt(end) === mark) end++;
  return end;
}

/** A text without these characters at its end. */
function withoutEnd(text: string, chars: string): string {
  let end = text.length;
  while (end > 0 && chars.includes(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}

/** The `]` of a `[`, or -1. */
function labelEnd(text: string, at: number): number {
  let depth = 0;
  const limit = Math.min(text.length, at + MAX_LABEL);
  for (let index = at; index < limit; index++) {
    const char = text.charAt(index);
    if (char === "\\") index++;
    else if (char === "`") {
      const run = text.slice(index, runEnd(text, index));
      const close = codeEnd(text, index + run.length, run.length);
      if (close < 0) return -1;
      index = close - 1;
    } else if (char === "[") depth++;
    else if (char === "]" && --depth === 0) return index;
  }
  return -1;
}

/** Behind the run of exactly so many backticks, or -1. */
function codeEnd(text: string, from: number, length: number): number {
  for (let at = text.indexOf("`", from); at >= 0; ) {
    const end = runEnd(text, at);
    if (end - at === length) return end;
    at = text.indexOf("`", end);
  }
  return -1;
}

/** Behind the `)` of a destination, -1 if it may come, null if it cannot. */
function destinationEnd(text: string, at: number): number | null {
  let depth = 0;
  const limit = Math.min(text.length, at + MAX_DESTINATION);
  for (let index = at; index < limit; index++) {
    const char = text.charAt(index);
    if (char === "\\") index++;
    else if (char === "(") depth++;
    else if (char === ")" && --depth === 0) return index + 1;
    else if (char === "\n") return null;
  }
  const rest = text.slice(at + 1).trim();
  return rest.length < 2_000 && (!/\s/.test(rest) || /^\S+\s+["'(]/.test(rest) || rest.startsWith("<")) ? -1 : null;
}

/** @param ended Whether the line has ended, so that its last character is no half of something. */
export function calm(source: string, ended: boolean): string {
  if (source.length > MAX_SOURCE) return source;
  let text = source;
  const open: Opener[] = [];
  const destinations = new Map<number, number>();
  let at = 0;
  let closed = "";
  scan: while (at < text.length) {
    const char = text.charAt(at);
    const skip = destinations.get(at);
    if (skip !== undefined) {
      at = skip;
      continue;
    }
    const last = at === text.length - 1 && !ended;
    switch (char) {
      case "\\": {
        if (at === text.length - 1) {
          text = text.slice(0, at);
          break scan;
        }
        const math = inlineMath(text.slice(at));
        const opens = text.charAt(at + 1) === "(" || text.charAt(at + 1) === "[";
        if (math !== null) at += math.raw.length;
        else if (opens && text.length - at < MAX_SPAN) {
          const inner = text.slice(at + 2).replace(/\\$/, "").trimEnd();
          if (inner === "") text = text.slice(0, at);
          else {
            text = text.slice(0, at + 2) + inner;
            closed = text.charAt(at + 1) === "(" ? "\\)" : "\\]";
          }
          break scan;
        } else at += 2;
        continue;
      }
      case "`": {
        const end = runEnd(text, at);
        const close = codeEnd(text, end, end - at);
        if (close >= 0) {
          // The run at the very end may grow: then it is none that closes.
          at = close;
          continue;
        }
        if (text.length - end > MAX_SPAN) {
          at = end;
          continue;
        }
        const inner = withoutEnd(text.slice(end), "`");
        if (inner.trim() === "") {
          text = text.slice(0, at);
          break scan;
        }
        closed = text.slice(at, end);
        text = text.slice(0, end) + inner;
        break scan;
      }
      case "$": {
        const math = inlineMath(text.slice(at), text.charAt(at - 1));
        const run = text.startsWith("$$", at) ? 2 : 1;
        if (!ended && ((math === null && at + run >= text.length) || undecidedMath(text.slice(at)))) {
          text = text.slice(0, at);
          break scan;
        }
        if (math !== null) {
          at += math.raw.length;
          continue;
        }
        const inner = text.length - at < MAX_SPAN ? withoutEnd(text.slice(at + run), "$\\").trimEnd() : "";
        if (inner !== "" && maybeMath(text.slice(at), text.charAt(at - 1))) {
          closed = text.slice(at, at + run);
          text = text.slice(0, at + run) + inner;
          break scan;
        }
        at += /^\$[A-Za-z_]\w*/.exec(text.slice(at, at + 60))?.[0].length ?? run;
        continue;
      }
      case "!":
        if (last && isSpace(text[at - 1])) {
          text = text.slice(0, at);
          break scan;
        }
        at++;
        continue;
      case "[": {
        const image = text.charAt(at - 1) === "!" && text.charAt(at - 2) !== "\\";
        const start = image ? at - 1 : at;
        const end = labelEnd(text, at);
        if (end < 0 && text.length - at > MAX_SPAN) {
          at++;
          continue;
        }
        const next = text.charAt(end + 1);
        const destination = end >= 0 && next === "(" ? destinationEnd(text, end + 1) : null;
        const reference = end >= 0 && next === "[" ? labelEnd(text, end + 1) : 0;
        if (destination !== null && destination > 0) destinations.set(end + 1, destination);
        if (end >= 0 && next === "[" && reference > 0) destinations.set(end + 1, reference + 1);
        const undecided = end >= 0 && end + 1 === text.length && !ended && !/^\[\^/.test(text.slice(at));
        if (end >= 0 && destination !== -1 && reference !== -1 && !undecided) {
          at++;
          continue;
        }
        // Of an image nothing is shown before it is complete; of a link its words.
        const label = end < 0 ? text.slice(at + 1) : text.slice(at + 1, end);
        if (image || label.startsWith("^") || (destination !== -1 && reference !== -1)) {
          text = text.slice(0, start);
          break scan;
        }
        text = text.slice(0, at) + label;
        continue;
      }
      case "<": {
        const rest = text.slice(at);
        const half = /^<(?:[a-zA-Z][\w+.-]{0,30}:[^\s<>]*|[\w.+-]+@[^\s<>]*|[bB][rR] ?\/?|details [open]{0,4}|\/?[a-zA-Z]{0,8})$/.test(rest);
        if (half && !ended && rest.length < 2_000) {
          text = text.slice(0, at);
          break scan;
        }
        const tag = openingTag(rest);
        if (tag && tag.end < 0 && rest.length < MAX_SPAN) open.push({ mark: `</${tag.name}>`, length: 1, at, size: tag.length });
        if (tag) {
          at += tag.length;
          continue;
        }
        at = /^<[a-zA-Z][\w+.-]+:[^\s<>]*>/.test(rest) ? at + rest.indexOf(">") + 1 : at + 1;
        continue;
      }
      case "&":
        if (!ended && /^&#?\w{0,10}$/.test(text.slice(at))) {
          text = text.slice(0, at);
          break scan;
        }
        at++;
        continue;
      case "*":
      case "_":
      case "~": {
        const end = runEnd(text, at);
        const length = end - at;
        const [before, after] = [charBefore(text, at), charAt(text, end)];
        if (end === text.length && !ended) {
          const left = isSpace(before) ? length : closeAll(open, char, length);
          if (left === 0) {
            at = end;
            continue;
          }
          // A line of snake_ is no emphasis, one of *a* may be.
          const half = open.some(({ mark }) => mark === char);
          if (half || char !== "_" || isSpace(before) || isPunctuation(before)) text = text.slice(0, end - left);
          break scan;
        }
        const free = char !== "_" && opensHere(before, after);
        const left = !isSpace(after) && (free || !isPunctuation(after) || isSpace(before) || isPunctuation(before));
        const right = !isSpace(before) && (free || !isPunctuation(before) || isSpace(after) || isPunctuation(after));
        const canOpen = char === "_" ? left && (!right || isPunctuation(before)) : left;
        const canClose = char === "_" ? right && (!left || isPunctuation(after)) : right;
        const rest = canClose ? closeAll(open, char, length) : length;
        if (rest > 0 && canOpen && (char !== "~" || rest === 2)) open.push({ mark: char, length: rest, at: end - rest });
        at = end;
        continue;
      }
      default:
        at++;
    }
  }
  return finishOpen(text, closed, open);
}

/** Let a run close what is open; returns how much of it is left. */
function closeAll(open: Opener[], mark: string, length: number): number {
  let left = length;
  while (left > 0) {
    const index = open.findLastIndex((opener) => opener.mark === mark);
    const opener = open[index];
    if (opener === undefined || (mark === "~" && opener.length !== left)) return left;
    const use = mark === "~" ? left : Math.min(opener.length, left) >= 2 ? 2 : 1;
    // One star does not close two: another one is on its way.
    if (use === 1 && opener.length === 2) return left;
    opener.length -= use;
    left -= use;
    open.length = opener.length === 0 ? index : index + 1;
  }
  return left;
}

function finishOpen(source: string, closed: string, open: readonly Opener[]): string {
  let text = source;
  let closers = closed;
  // So many at once are no emphasis.
  if (open.length > MAX_OPEN) return text + closers;
  for (const { mark, length, at, size = length } of open.toReversed()) {
    if (at >= text.length || (closers === "" && text.slice(at + size).trim() === "")) {
      text = text.slice(0, Math.min(at, text.length));
      closers = "";
      continue;
    }
    const span = text.length - at;
    if (length === 1 ? span < MAX_SPAN : span < MAX_STRONG) closers += mark.repeat(length);
  }
  if (closers === "") return text;
  return (closed === "" ? text.trimEnd() : text) + closers;
}
