/**
 * Cuts a growing answer into what a screen reader should say next: whole sentences, without Markdown's marks.
 *
 * An answer may be anything, such as 100,000 line ends. So each character is looked at a fixed number of times, and no
 * pattern here may begin at one place and search from there to the end of the text.
 */

/** Signs that end a sentence wherever they stand. */
const ENDS = "\n。！？";

/** Signs that end one when white space follows, with these between them. */
const STOPS = ".!?…";
const CLOSERS = ")\"'”’*_";

export class SentenceReader {
  #said = 0;
  /** Up to where an end was searched for. */
  #searched = 0;

  /** Forget what was said; `text` counts as said already. */
  reset(text = ""): void {
    this.#said = this.#searched = text.length;
  }

  /** Sentences that were finished since the last call. */
  next(text: string): string {
    if (text.length < this.#said) this.reset();
    const end = this.#lastEnd(text);
    this.#searched = text.length;
    const words = text.slice(this.#said, end);
    this.#said = end;
    return speakable(words);
  }

  /** Everything that was not said yet. */
  rest(text: string): string {
    if (text.length < this.#said) this.reset();
    const fresh = text.slice(this.#said);
    this.reset(text);
    return speakable(fresh);
  }

  /** Where the last sentence ends among the characters that are new. */
  #lastEnd(text: string): number {
    for (let at = text.length - 1; at >= Math.max(this.#searched, this.#said); at--) {
      const char = text.charAt(at);
      if (ENDS.includes(char)) return at + 1;
      if (!/\s/.test(char)) continue;
      let stop = at - 1;
      while (stop > this.#said && CLOSERS.includes(text.charAt(stop))) stop--;
      if (stop >= this.#said && STOPS.includes(text.charAt(stop))) return at;
    }
    return this.#said;
  }
}

/** Text without the marks of Markdown that would be read out as signs. */
function speakable(text: string): string {
  return text
    .split("\n")
    .map((line) => wordsOf(line.trim()))
    .join("\n")
    .replace(/!?\[([^[\]]*)\]\([^()]*\)/g, "$1")
    .replace(/[*_`~|]+/g, " ")
    .replace(/\s+/g, " ")
    .trim();
}

/** A line without the mark it begins with; a fence and the line below the head of a table have no words. */
function wordsOf(line: string): string {
  if (/^(?:```|~~~)/.test(line) || (line.includes("|") && /^[\s:|-]*$/.test(line))) return "";
  return line.replace(/^(?:#{1,6}\s|>|[-*+]\s)/, "");
}
