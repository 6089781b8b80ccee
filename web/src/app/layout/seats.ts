/**
 * Cards that move from zone to zone without being made anew: another layout may nest its zones in another way, and the
 * two then have no element in common that could hold a card.
 */
import { SvelteMap } from "svelte/reactivity";
import type { Attachment } from "svelte/attachments";

/** What an element loses when it leaves the document. */
interface Kept {
  readonly scrolled: readonly (readonly [element: Element, left: number, top: number])[];
  readonly focused: HTMLElement | undefined;
}

export class Seats {
  /** Where each card is to stand. */
  readonly #cells = new SvelteMap<string, HTMLElement>();
  /** What holds each card, wherever it stands. */
  readonly #seats = new Map<string, HTMLElement>();
  readonly #kept = new WeakMap<HTMLElement, Kept>();

  /** Of the element in a zone. */
  cell(key: string): Attachment<HTMLElement> {
    return (cell) => {
      this.#cells.set(key, cell);
      return () => {
        if (this.#cells.get(key) === cell) this.#cells.delete(key);
      };
    };
  }

  /** Of the element around the card. */
  seat(key: string): Attachment<HTMLElement> {
    return (seat) => {
      this.#seats.set(key, seat);
      const cell = this.#cells.get(key);
      if (cell === undefined || seat.parentElement === cell) return;
      if (seat.isConnected) this.#note(seat);
      const kept = this.#kept.get(seat);
      cell.append(seat);
      for (const [element, left, top] of kept?.scrolled ?? []) element.scrollTo({ left, top, behavior: "instant" });
      if (document.activeElement === document.body) kept?.focused?.focus({ preventScroll: true });
      this.#kept.delete(seat);
    };
  }

  /** Note how everything stands; call it before another layout takes the cells away. */
  note(): void {
    for (const [key, seat] of this.#seats) {
      if (seat.isConnected) this.#note(seat);
      else if (!this.#cells.has(key)) this.#seats.delete(key);
    }
  }

  #note(seat: HTMLElement): void {
    const scrolled = [...seat.querySelectorAll("*")].filter((one) => one.scrollTop !== 0 || one.scrollLeft !== 0);
    const focused = document.activeElement;
    this.#kept.set(seat, {
      scrolled: scrolled.map((one) => [one, one.scrollLeft, one.scrollTop]),
      focused: focused instanceof HTMLElement && seat.contains(focused) ? focused : undefined,
    });
  }
}
