/**
 * Which sections of a conversation are drawn.
 *
 * Those in view and close to it are; the others are boxes of about the right height, so that a conversation of
 * thousands opens at once and costs no more for its length. A drawn section stays drawn until there are too many.
 */
import { tick } from "svelte";
import { below } from "./place";
import type { Section } from "./sections";

/** What the window does with a section; {@link Section} on the screen. */
export interface Pane {
  readonly element: HTMLElement;
  readonly drawn: boolean;
  draw(): void;
  fold(): void;
}

/** How far around the view sections are drawn, in heights of the view. */
const AROUND = 1;
/** A scroll over less than this, in heights of the view, brings no section close. */
const STEP = 1 / 4;
/** Sections that may be drawn at a time. */
const MAX_DRAWN = 30;
/** Sections at the end that are drawn from the beginning, and never folded. */
const AT_END = 2;

export class Window {
  #sections: readonly Section[] = [];
  #scroller: HTMLElement | undefined;
  #frame: number | undefined;
  /** Where the view was when it was looked at. */
  #top = 0;
  readonly #panes = new Map<string, Pane>();
  #drawn = 0;

  /** These are the sections now. */
  set sections(sections: readonly Section[]) {
    this.#sections = sections;
    this.look();
  }

  /** Whether a section that comes into being is drawn at once: those at the end are. */
  begins(section: Section): boolean {
    return this.#sections.indexOf(section, -AT_END) >= 0 || this.#sections.length <= AT_END;
  }

  /** Add a section; returns a function that removes it. */
  add(key: string, pane: Pane): () => void {
    this.#panes.set(key, pane);
    if (pane.drawn) this.#drawn++;
    return () => {
      this.#panes.delete(key);
      if (pane.drawn) this.#drawn--;
    };
  }

  /** Watch a scrolling element; returns a function that stops it. */
  attach(scroller: HTMLElement): () => void {
    this.#scroller = scroller;
    const look = (): void => this.look();
    const observer = new ResizeObserver(look);
    observer.observe(scroller);
    const scrolled = (): void => {
      if (Math.abs(scroller.scrollTop - this.#top) >= STEP * scroller.clientHeight) look();
    };
    scroller.addEventListener("scroll", scrolled, { passive: true });
    look();
    return () => {
      observer.disconnect();
      scroller.removeEventListener("scroll", scrolled);
      if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
      this.#scroller = undefined;
    };
  }

  /** Draw what is in view, in the next frame. */
  look(): void {
    if (this.#scroller && this.#frame === undefined) this.#frame = requestAnimationFrame(() => this.#look());
  }

  /** Draw a section and its neighbours now, to go there. */
  async reveal(index: number): Promise<void> {
    for (const at of [index - 1, index, index + 1]) this.#draw(this.#at(at));
    await tick();
  }

  /** Draw all of them; what is too much is folded at the next look. */
  drawAll(): void {
    for (const pane of this.#panes.values()) this.#draw(pane);
  }

  #at(index: number): Pane | undefined {
    return this.#panes.get(this.#sections[index]?.key ?? "");
  }

  #draw(pane: Pane | undefined): void {
    if (!pane || pane.drawn) return;
    pane.draw();
    this.#drawn++;
  }

  #look(): void {
    this.#frame = undefined;
    if (!this.#scroller) return;
    this.#top = this.#scroller.scrollTop;
    const view = this.#scroller.getBoundingClientRect();
    const near: Pane[] = [];
    let seen = false;
    const boxes = this.#sections.map(({ key }) => this.#panes.get(key)?.element);
    const first = below(boxes, view.top - AROUND * view.height);
    let last = first;
    for (; last < this.#sections.length; last++) {
      const pane = this.#at(last);
      const place = pane?.element.getBoundingClientRect();
      if (!pane || !place || place.top > view.bottom + AROUND * view.height) break;
      if (pane.drawn) continue;
      if (place.bottom > view.top && place.top < view.bottom) {
        this.#draw(pane);
        seen = true;
      } else near.push(pane);
    }
    // Sections outside the view are drawn one in a frame: they are not urgent.
    if (!seen) this.#draw(near.pop());
    if (near.length > 0 || seen) this.look();
    else if (this.#drawn > MAX_DRAWN) this.#foldFar(first, last);
  }

  /** Make room, away from the view. */
  #foldFar(first: number, last: number): void {
    const panes = this.#sections.slice(0, -AT_END).map(({ key }) => this.#panes.get(key));
    for (const pane of farthest(panes, first - 1, last, this.#drawn - MAX_DRAWN)) {
      pane.fold();
      this.#drawn--;
    }
  }
}

/**
 * The drawn panes that are farthest from the view and hold neither the focus nor a selection.
 *
 * @param first Index of the first pane that is close to the view.
 * @param last Index of the last one.
 * @param count How many are wanted at most.
 */
function farthest(panes: readonly (Pane | undefined)[], first: number, last: number, count: number): readonly Pane[] {
  const used = [document.activeElement, getSelection()?.anchorNode ?? null];
  return panes
    .flatMap((pane, index) => (pane?.drawn === true ? [{ pane, away: Math.max(first - index, index - last) }] : []))
    .filter(({ pane, away }) => away > 0 && !used.some((node) => pane.element.contains(node)))
    .sort((a, b) => b.away - a.away)
    .slice(0, Math.max(0, count))
    .map(({ pane }) => pane);
}
