/** The list of messages, as those see it who lead readers through it. */
import type { Source } from "./rows";

export interface ListHandle {
  /** Bring a message into view, also one that is not drawn yet; the answer is its article. */
  reveal(source: Source, block?: ScrollLogicalPosition): Promise<HTMLElement | undefined>;
  /** Draw all messages, also those far from the view. */
  drawAll(): void;
  /** The scrolling element. */
  region(): HTMLElement;
  /** Remember the place while nothing scrolls, as on paper; the answer goes back to it. */
  pause(): () => void;
}

