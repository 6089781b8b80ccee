/** Cuts a growing answer into what a screen reader should say next: whole sentences, without Markdown's marks. */
export class SentenceReader {
  #said = 0;

  /** Forget what was said; `text` counts as said already. */
  reset(text = ""): void {
    this.#said = text.length;
  }

  /** Sentences that were finished since the last call. */
  next(text: string): string {
    if (text.length < this.#said) this.#said = 0;
    const fresh = text.slice(this.#said);
    const end = /^[\s\S]*(?:[.!?…][)"'”’*_]*(?=\s)|[。！？]|\n)/.exec(fresh)?.[0].length ?? 0;
    this.#said += end;
    return speakable(fresh.slice(0, end));
  }

  /** Everything that was not said yet. */
  rest(text: string): string {
    if (text.length < this.#said) this.#said = 0;
    const fresh = text.slice(this.#said);
    this.#said = text.length;
    return speakable(fresh);
  }
}

/** Text without the marks of Markdown that would be read out as signs. */
function speakable(text: string): string {
  return text
    .replace(/^\s*(?:```.*|~~~.*|#{1,6}\s+|>\s?|[-*+]\s+|\|?[\s:|-]+\|[\s:|-]*$)/gm, "")
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/[*_`~|]+/g, " ")
    .replace(/\s+/g, " ")
    .trim();
}
