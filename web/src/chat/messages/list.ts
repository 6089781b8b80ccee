/** The list of messages, as those see it who lead readers through it. */
import type { Source } from "./rows";

export interface ListHandle {
  /** Bring a message into view, also one that is not drawn yet; returns its article. */
  reveal(source: Source, block?: ScrollLogicalPosition): Promise<HTMLElement | undefined>;
  /** Draw all messages, also those far from the view. */
  drawAll(): void;
  /** The scrolling element. */
  region(): HTMLElement;
  /** Remember the place while nothing scrolls, as on paper; returns a function that goes back to it. */
  pause(): () => void;
  /** The box of a message with all that belongs to it, and its article; undefined while they are not drawn. */
  boxOf(source: Source): HTMLElement | undefined;
  articleOf(source: Source): HTMLElement | undefined;
  /** Key of the message that an element is in. */
  keyAt(element: Element | null): string | undefined;
  /** Key of the last message whose beginning is in view. */
  lastInView(): string | undefined;
  /** What is drawn of the last answer, and the last code of an answer. */
  lastAnswer(): Element | undefined;
  lastCode(): Element | undefined;
}
