/** Which lines of a long table are drawn. Blocks of lines near the window are; others are room of the height that they have. */

export const BLOCK = 20;
/** How far beyond the window lines are drawn, in pixels. */
const BEYOND = 600;

export interface Span {
  /** First and last block, the last left out. */
  readonly first: number;
  readonly last: number;
  /** Room before and after them, in pixels. */
  readonly before: number;
  readonly after: number;
}

export class Heights {
  readonly #lines: number;
  readonly #known = new Map<number, number>();
  #line: number;

  /** @param line Height of a line, until some are measured. */
  constructor(lines: number, line: number) {
    this.#lines = lines;
    this.#line = line;
  }

  get blocks(): number {
    return Math.ceil(this.#lines / BLOCK);
  }

  #count(block: number): number {
    return Math.min(BLOCK, this.#lines - block * BLOCK);
  }

  #height(block: number): number {
    return this.#known.get(block) ?? this.#count(block) * this.#line;
  }

  /** A block that is drawn has this height; returns whether that is news. */
  measure(block: number, height: number): boolean {
    if (height <= 0 || this.#known.get(block) === height) return false;
    this.#known.set(block, height);
    this.#line = height / this.#count(block);
    return true;
  }

  /** Where a line begins, in pixels from the first. */
  top(line: number): number {
    const block = Math.floor(line / BLOCK);
    let top = 0;
    for (let at = 0; at < block; at++) top += this.#height(at);
    return top + ((line % BLOCK) / Math.max(1, this.#count(block))) * this.#height(block);
  }

  /** What is drawn at a place of the scroll bar. */
  span(top: number, height: number): Span {
    let at = 0;
    let edge = 0;
    const find = (until: number): void => {
      while (at < this.blocks && edge + this.#height(at) <= until) edge += this.#height(at++);
    };
    find(Math.max(0, top - BEYOND));
    const [first, before] = [at, edge];
    while (at < this.blocks && edge < top + height + BEYOND) edge += this.#height(at++);
    const last = at;
    const end = edge;
    find(Infinity);
    return { first, last, before, after: edge - end };
  }
}
