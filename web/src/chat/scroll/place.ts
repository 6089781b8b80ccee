/**
 * A place in a conversation: what stands at the upper edge of the view, and where.
 *
 * Known by several boxes, one within the other, since an inner one may be drawn anew: a paragraph, its message, its section.
 */
export class Place {
  readonly #boxes: readonly { readonly element: Element; readonly top: number }[];
  #moved = 0;
  readonly scroller: HTMLElement;

  /**
   * Take the place that is seen now.
   *
   * @param scroller What scrolls.
   * @param sections What the messages are in, from top to bottom.
   * @param shown An element that is held instead of what is at the edge: where it is not laid out yet, other sections
   *   may seem to be there.
   */
  constructor(
    scroller: HTMLElement,
    sections: readonly Element[],
    shown?: Element,
  ) {
    this.scroller = scroller;
    const edge = scroller.getBoundingClientRect().top;
    const boxes: { element: Element; top: number }[] = [];
    let box = shown ?? sections[below(sections, edge)];
    while (box) {
      const { top } = box.getBoundingClientRect();
      boxes.unshift({ element: box, top: top - edge });
      // What begins in the view needs no closer look, once it is in a message: above it a day may come and go.
      if ((top >= edge && box.closest("[data-message]")) || boxes.length > DEPTH) break;
      box = [...box.children].find((child) => child.getBoundingClientRect().bottom > edge && !child.matches(DIVIDERS) && !isLoose(child));
    }
    this.#boxes = boxes;
  }

  /** The reader has scrolled by so many pixels. */
  scrolled(by: number): void {
    this.#moved += by;
  }

  /** How far what is read stands from where it should, in pixels; down is positive. */
  get drift(): number {
    const box = this.#boxes.find(({ element }) => element.isConnected);
    if (!box) return 0;
    return box.element.getBoundingClientRect().top - this.scroller.getBoundingClientRect().top - box.top + this.#moved;
  }
}

/** What may stand before a message, and depends on the one before it. */
const DIVIDERS = ".day, .unread";

/** How deep to look into a message. */
const DEPTH = 12;

/** Whether a box stands where it wants, and does not move with the text around it. */
const isLoose = (box: Element): boolean => !["static", "relative"].includes(getComputedStyle(box).position);

/** The first of boxes, one below the other, that ends below an edge of the screen. */
export function below(boxes: readonly (Element | undefined)[], edge: number): number {
  let [low, high] = [0, boxes.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    // What is not in the document yet is above what is.
    if ((boxes[middle]?.getBoundingClientRect().bottom ?? -Infinity) <= edge) low = middle + 1;
    else high = middle;
  }
  return low;
}
