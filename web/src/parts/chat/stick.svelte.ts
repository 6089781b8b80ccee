/**
 * Scrolling of a conversation: follow the end while the reader is there, never move what they read.
 *
 * What grows or shrinks above the view, a picture that arrives or code that is coloured, is evened out by the browser's
 * scroll anchoring.
 */
export class Stick {
  /** The reader is at the end, and new text keeps them there. */
  pinned = $state(true);
  /** Something was added since the reader left the end. */
  unseen = $state(false);
  /** How many messages that was; a message that grew is none. */
  count = $state(0);

  #scroller: HTMLElement | undefined;
  #top = 0;
  #height = 0;
  /** What is being read while older messages come in above it, and where it is on the screen. */
  #held: { readonly element: Element; readonly top: number } | undefined;

  /** Watch a scrolling element and the content that grows in it; the answer stops it. */
  attach(scroller: HTMLElement, content: HTMLElement): () => void {
    this.#scroller = scroller;
    const resized = (): void => this.#resized();
    const observer = new ResizeObserver(resized);
    observer.observe(scroller);
    observer.observe(content);
    const scrolled = (): void => this.#scrolled();
    // Wheel and touch tell the wish to leave before the first pixel moved.
    const wheel = (event: WheelEvent): void => {
      if (event.deltaY < 0 && scroller.scrollTop > 0) this.pinned = false;
    };
    scroller.addEventListener("scroll", scrolled, { passive: true });
    scroller.addEventListener("wheel", wheel, { passive: true });
    resized();
    return () => {
      observer.disconnect();
      scroller.removeEventListener("scroll", scrolled);
      scroller.removeEventListener("wheel", wheel);
      this.#scroller = undefined;
    };
  }

  /** Go to the end and stay there. */
  toEnd(): void {
    this.#arrive();
    if (this.#scroller) this.#scroller.scrollTop = this.#scroller.scrollHeight;
  }

  /** The reader goes elsewhere. */
  leave(): void {
    this.pinned = false;
  }

  /** Text or messages were added at the end, and are in the document. */
  added(messages: number): void {
    if (this.pinned) {
      // Not only when the frame finds out: the browser would need another frame to tell of the scroll.
      if (this.#scroller) this.#scroller.scrollTop = this.#scroller.scrollHeight;
      return;
    }
    this.unseen = true;
    this.count += messages;
  }

  /** Call before older messages are drawn above. */
  beforePrepend(): void {
    const scroller = this.#scroller;
    if (!scroller) return;
    const { top } = scroller.getBoundingClientRect();
    const element = [...scroller.querySelectorAll("[data-message]")].find((message) => message.getBoundingClientRect().bottom > top);
    this.#held = element && { element, top: element.getBoundingClientRect().top };
  }

  /** Call after they were drawn. */
  afterPrepend(): void {
    const [scroller, held] = [this.#scroller, this.#held];
    this.#held = undefined;
    if (!scroller) return;
    if (this.pinned) this.#resized();
    // By hand: at the very top the browser would hold the top in view and not the message.
    else if (held?.element.isConnected) scroller.scrollTop += held.element.getBoundingClientRect().top - held.top;
  }

  #resized(): void {
    const scroller = this.#scroller;
    if (!scroller) return;
    if (this.pinned) scroller.scrollTop = scroller.scrollHeight;
    else if (scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop < 2) this.#arrive();
    this.#top = scroller.scrollTop;
    this.#height = scroller.scrollHeight;
  }

  #scrolled(): void {
    const scroller = this.#scroller;
    if (!scroller) return;
    const { scrollTop: top, scrollHeight: height, clientHeight: seen } = scroller;
    if (height - seen - top < 8) this.#arrive();
    else if (top < this.#top - 1 && height >= this.#height) this.pinned = false;
    this.#top = top;
    this.#height = height;
  }

  #arrive(): void {
    this.pinned = true;
    this.unseen = false;
    this.count = 0;
  }
}
