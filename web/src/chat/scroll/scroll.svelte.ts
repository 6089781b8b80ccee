/**
 * Scrolling of a conversation.
 *
 *          the prompt is drawn             the answer outgrows the view
 *   SENT ───────────────────────▶ PROMPT ──────────────────────────────▶ HELD
 *    ▲  the prompt stays at the     │         nothing moves                ▲ │
 *    │  top, the answer grows       │                                      │ │
 *    │  below                       └──── the reader scrolls up ───────────┤ │
 *    │                                                                     │ │
 *    │                                    the reader scrolls up ───────────┘ │
 *    │ a prompt is sent, in any state                                        │
 *    └──────────────────────────── END ◀─────────────────────────────────────┘
 *                        new text is        the reader scrolls to the end, or presses the
 *                        followed           button; what is below the view goes away
 *
 * - Only the reader leaves the end: with the wheel, a finger, the scroll bar, a selection, keys, a search, a link,
 *   or Tab. A `scroll` event alone is no sign of that, since browsers report old positions late, and move the view when
 *   heights change. It counts while the scroll bar is held, and where nothing has changed for a while or the reader
 *   searches with the browser's own search, at a position that this module has not set a moment ago.
 * - Who answers a question at the end follows what comes next.
 * - While HELD, what stands at the upper edge of the view stays where it is, whatever changes above it. That is done
 *   here and not by the browser's scroll anchoring, which not every browser has.
 * - Room below the last prompt lets it stand at the top: the content is at least as high as the view from there on.
 */
import { BRING, type Bring } from "../../ui/bring";
import { Place } from "./place";

/** Who is this near to the end is at the end, in pixels. */
const NEAR = 8;
/** Space above a prompt that stands at the top, in pixels; the padding of the list. */
const GAP = 24;
/** A prompt takes at most this share of the view; of a longer one the end is shown. */
const PROMPT_MAX = 0.3;
/** How long a browser may take to report a scroll, in milliseconds. */
const LATE_MS = 1000;
/** How far a finger or a pointer goes before that is meant, in pixels. */
const MEANT = 4;

const CONTROLS = "input, textarea, select, button, summary, a, [contenteditable]";
const UP = ["ArrowUp", "PageUp", "Home"];
const DOWN = ["ArrowDown", "PageDown", "End", " "];

/** What is done when the reader comes to where the loaded messages end. */
export interface Ends {
  /** At the first message, or pulling there. */
  top(): void;
  /** Near the last message. */
  foot(): void;
  /** The reader wants the latest message. */
  latest(): void;
}

export class Scroll {
  #state = $state<"end" | "sent" | "prompt" | "held">("end");
  /** New text keeps the reader where it is shown. */
  readonly following = $derived(this.#state !== "held");
  /** There is something below the view that the reader may want to go to. */
  away = $state(false);
  /** The reader has just come to the end: until something moves the view, what is under their finger stays there. */
  arrived = $state(false);
  /** Something was added since the reader left the end. */
  unseen = $state(false);
  /** How many messages that was; a message that grew is none. */
  count = $state(0);

  #scroller: HTMLElement | undefined;
  #content: HTMLElement | undefined;
  #body: HTMLElement | undefined;
  /** Where the view was when it was last looked at, and the height of what scrolls. */
  #top = 0;
  #height = 0;
  /** Positions of the last moments: the browser may report them late. */
  #recent: { readonly top: number; readonly at: number }[] = [];
  #place: Place | undefined;
  /** The prompt that stands at the top, the one before it, and the height that gives it room. */
  #prompt: Element | undefined;
  #before: Element | undefined;
  #least = 0;
  /** The place that is held is where an answer outgrew the view. */
  #outgrown = false;
  /** The reader holds the scroll bar, or the page with a finger: until they let go nothing else moves it. */
  #dragging = false;
  /** When the reader last did something that scrolls, and when a height last changed. */
  #acted = -Infinity;
  #sized = -Infinity;
  /** The reader has opened the browser's own search. */
  #searching = false;
  /** The page is on paper, and nothing scrolls. */
  #paused = false;
  #newer = false;

  /**
   * Watch a conversation; returns a function that stops it.
   *
   * @param scroller What scrolls.
   * @param body What the messages are in; its parent is in the scroller and has room below them.
   */
  attach(scroller: HTMLElement, body: HTMLElement, ends: Ends): () => void {
    [this.#scroller, this.#content, this.#body] = [scroller, body.parentElement ?? body, body];
    const observer = new ResizeObserver(() => {
      this.#resized();
    });
    for (const box of [scroller, this.#content, body]) observer.observe(box);
    const stop = new AbortController();
    const on = <K extends keyof HTMLElementEventMap>(type: K, fn: (event: HTMLElementEventMap[K]) => void): void => {
      scroller.addEventListener(type, fn, { passive: type !== "keydown", signal: stop.signal });
    };
    /** The reader wants to go up or down, before the first pixel has moved. */
    const meant = (up: boolean): void => {
      this.#acted = performance.now();
      this.#outgrown = false;
      if (up && scroller.scrollTop <= 1) ends.top();
      if (up && scroller.scrollTop > 0) this.leave();
      if (!up && this.#distance < NEAR) this.#arrive();
    };
    on("scroll", () => {
      this.#scrolled(ends);
    });
    on("wheel", (event) => {
      if (event.deltaY !== 0 && !event.ctrlKey && !this.#scrollsWithin(event)) meant(event.deltaY < 0);
    });
    let finger: number | undefined;
    on("touchstart", (event) => {
      finger = event.touches[0]?.clientY;
      this.#dragging = true;
    });
    for (const type of ["touchend", "touchcancel"] as const) {
      on(type, () => {
        this.#dragging = false;
        this.#resized();
      });
    }
    on("touchmove", (event) => {
      const now = event.touches[0]?.clientY;
      if (finger === undefined || now === undefined || Math.abs(now - finger) < MEANT || this.#scrollsWithin(event)) return;
      meant(now > finger);
      finger = now;
    });
    let pressed: number | undefined;
    on("pointerdown", (event) => {
      const across = event.clientX - scroller.getBoundingClientRect().left - scroller.clientLeft;
      this.#dragging = event.target === scroller && (across < 0 || across >= scroller.clientWidth);
      if (this.#dragging && scroller.scrollTop > 0) this.leave();
      const control = event.target instanceof Element && event.target.closest(CONTROLS);
      pressed = event.pointerType === "mouse" && event.button === 0 && !control ? event.clientY : undefined;
    });
    on("pointermove", (event) => {
      // Words that are selected must not move away.
      if (pressed !== undefined && event.buttons === 1 && Math.abs(event.clientY - pressed) > MEANT) this.leave();
    });
    const released = (event: PointerEvent): void => {
      if (event.buttons !== 0) return;
      pressed = undefined;
      if (!this.#dragging) return;
      this.#dragging = false;
      if (this.#distance < NEAR) this.#arrive();
    };
    for (const type of ["pointerup", "pointermove"] as const) addEventListener(type, released, { passive: true, signal: stop.signal });
    on("keydown", (event) => {
      if (event.altKey || event.ctrlKey || event.metaKey || event.defaultPrevented || !(event.target instanceof HTMLElement)) return;
      if (event.target.closest(event.key === " " ? CONTROLS : "input, textarea, select, [contenteditable], [role=menu]")) return;
      const up = event.key === " " ? event.shiftKey : UP.includes(event.key);
      if (!up && !DOWN.includes(event.key)) return;
      if (event.key === "End") ends.latest();
      meant(up);
      if (event.key === "Home") this.#home(ends);
      // The ends are far when much is not drawn yet: a scroll that takes its time would arrive where they no longer are.
      if (event.key === "End" || event.key === "Home") event.preventDefault();
    });
    let tabbed = false;
    const sought = (event: KeyboardEvent): void => {
      tabbed = event.key === "Tab";
      if (event.key === "F3" || ((event.ctrlKey || event.metaKey) && /^[fg]$/i.test(event.key))) this.#searching = true;
    };
    addEventListener("keydown", sought, { passive: true, signal: stop.signal });
    on("focusin", ({ target }) => {
      if (!tabbed || !(target instanceof Element)) return;
      tabbed = false;
      const [view, box] = [scroller.getBoundingClientRect(), target.getBoundingClientRect()];
      // The browser brings it into view, or has done so.
      if (box.top >= view.top && box.bottom <= view.bottom && Math.abs(scroller.scrollTop - this.#top) <= 1) return;
      this.#acted = performance.now();
      this.leave();
    });
    // A link or a footnote.
    scroller.addEventListener(BRING, (event) => {
      if (!(event.target instanceof Element)) return;
      event.preventDefault();
      this.show(event.target, (event as Bring).detail);
    }, { signal: stop.signal });
    // The browser's own search goes to what is not drawn yet.
    scroller.addEventListener("beforematch", () => {
      this.leave();
    }, { signal: stop.signal });
    this.#note();
    this.#resized();
    return () => {
      observer.disconnect();
      stop.abort();
      this.#scroller = this.#content = this.#body = this.#place = this.#prompt = this.#before = undefined;
    };
  }

  /** There are newer messages than those that are loaded: the end of these is not followed. */
  set newer(newer: boolean) {
    if (newer === this.#newer) return;
    this.#newer = newer;
    if (newer && this.#state !== "sent") this.leave();
    this.#measure();
  }

  /** Go to the end and stay there. */
  toEnd(): void {
    this.#arrive();
    this.#pin();
  }

  /** The reader goes elsewhere. */
  leave(): void {
    this.#outgrown = false;
    this.#hold();
  }

  /** Bring an element into view, and leave the end for it. */
  show(element: Element, block: ScrollLogicalPosition): void {
    // What was sent stands where it belongs; what is above it in its row need not be seen.
    if (block === "nearest" && this.#state === "prompt" && element.contains(this.#prompt ?? null)) return;
    const { scrollTop: before } = this.#scroller ?? element;
    element.scrollIntoView({ block });
    if (this.#state === "prompt" && this.#scroller?.scrollTop === before) return; // it is in view, and nothing moves
    this.leave();
    this.#take(element);
    if (this.#distance < NEAR) this.#arrive();
  }

  /** The reader has answered a question, which is here. */
  answered(question: Element): void {
    const messages = this.#body?.querySelectorAll("[data-message]");
    if (messages?.item(messages.length - 1).contains(question)) this.#arrive();
  }

  /** Another conversation is shown. */
  reset(): void {
    this.#prompt = this.#before = undefined;
    this.#reserve();
    this.toEnd();
  }

  /**
   * The reader has sent something, and goes to it.
   *
   * @param again It is the last prompt once more.
   */
  sent(again = false): void {
    this.toEnd();
    const [last, before] = this.#prompts();
    this.#before = again ? before : last;
    this.#state = "sent";
  }

  /** What the reader sent may be in the document. */
  drawn(): void {
    const [last, before] = this.#prompts();
    if (this.#state !== "sent" || !last || last === this.#before) return;
    // One that comes before it is an older one: that was taken away, or is not drawn.
    if (this.#before?.isConnected && !isAfter(last, this.#before)) return;
    this.#before = before;
    this.#prompt = last;
    this.#state = "prompt";
    this.#reserve();
    this.#pin();
    this.#resized();
  }

  /** Text or messages were added at the end, and are in the document. */
  added(messages: number): void {
    this.drawn();
    // Not only when the frame finds out: the browser would need another frame to tell of the scroll.
    if (this.#state === "end" || this.#state === "sent") this.#pin();
    if (this.following || (messages === 0 && this.#outgrown)) return;
    this.unseen = true;
    this.count += messages;
  }

  /** Remember the place while nothing scrolls, as on paper; returns a function that goes back to it. */
  pause(): () => void {
    const place = this.#taken();
    this.#paused = true;
    return () => {
      this.#paused = false;
      if (this.#scroller && place && !this.following) this.#scroller.scrollTop += place.drift;
      this.#take();
      this.#resized();
    };
  }

  get #distance(): number {
    const scroller = this.#scroller;
    return scroller ? scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop : 0;
  }

  /** The last prompt, and the one before it. */
  #prompts(): readonly (Element | undefined)[] {
    return [...(this.#body?.querySelectorAll("[data-message=user]") ?? [])].slice(-2).reverse();
  }

  /** Whether an element below the pointer scrolls in that direction, and takes the gesture. */
  #scrollsWithin(event: Event): boolean {
    let box = event.target instanceof Element ? event.target : null;
    for (; box && box !== this.#scroller; box = box.parentElement) if (box.scrollTop > 0) return true;
    return false;
  }

  #home(ends: Ends): void {
    // What is not in the document yet comes with leaving the end.
    queueMicrotask(() => {
      if (!this.#scroller) return;
      if (this.#scroller.scrollTop > 0) ends.top();
      this.#scroller.scrollTop = 0;
      this.#take();
      this.#measure();
    });
  }

  #arrive(): void {
    if (this.#newer) return;
    this.#state = "end";
    this.#searching = false;
    this.#place = undefined;
    this.unseen = false;
    this.count = 0;
    this.#measure();
  }

  #hold(): void {
    if (this.#state === "held") return;
    this.#state = "held";
    this.#take();
    this.#measure();
  }

  #taken(shown?: Element): Place | undefined {
    return this.#scroller && this.#body && new Place(this.#scroller, [...this.#body.querySelectorAll(":scope > .section")], shown);
  }

  /** What is at the top of the view is what is held from now on. */
  #take(shown?: Element): void {
    this.#top = this.#scroller?.scrollTop ?? 0;
    this.#place = this.following ? undefined : this.#taken(shown);
  }

  #note(): void {
    const [scroller, at] = [this.#scroller, performance.now()];
    if (!scroller) return;
    this.#top = scroller.scrollTop;
    this.#recent = [...this.#recent.filter((one) => at - one.at < LATE_MS && one.top !== this.#top), { top: this.#top, at }];
  }

  #pin(): void {
    const scroller = this.#scroller;
    if (!scroller || this.#paused || this.#newer || this.#dragging) return;
    this.arrived = false;
    // Not the end while a prompt is at the top: the answer may be longer than the view, and its height is not known yet.
    scroller.scrollTop = this.#state === "prompt" ? this.#least - scroller.clientHeight : scroller.scrollHeight;
    this.#note();
  }

  /** Move the view along with what is read. */
  #keep(): void {
    const scroller = this.#scroller;
    if (!scroller || !this.#place) return;
    this.#place.scrolled(scroller.scrollTop - this.#top);
    const { drift } = this.#place;
    if (Math.abs(drift) >= 1) {
      scroller.scrollTop += drift;
      // Where that is not possible, what is seen now is what is held.
      const { drift: rest } = this.#place;
      if (Math.abs(rest) >= 1) this.#place.scrolled(-rest);
    }
    this.#top = scroller.scrollTop;
  }

  /** Give the prompt the room that it needs to stand at the top. */
  #reserve(): void {
    const [scroller, content, body] = [this.#scroller, this.#content, this.#body];
    if (!scroller || !content || !body) return;
    if (this.#prompt?.isConnected === false) {
      // A row has taken the place of what was sent, or another version that of the row.
      const [last] = this.#prompts();
      this.#prompt = last && last !== this.#before && (!this.#before || isAfter(last, this.#before)) ? last : undefined;
    }
    let least = 0;
    if (this.#prompt) {
      const above = content.getBoundingClientRect().top;
      // With the day that begins with it.
      const { top } = (this.#prompt.closest("[data-key]") ?? this.#prompt).getBoundingClientRect();
      const { bottom } = this.#prompt.getBoundingClientRect();
      least = Math.max(0, top - above - GAP, bottom - above - PROMPT_MAX * scroller.clientHeight) + scroller.clientHeight;
    } else if (this.#state === "prompt") this.#state = "end";
    if (Math.abs(least - this.#least) >= 0.5) content.style.minHeight = least === 0 ? "" : `${least}px`;
    this.#least = least;
  }

  #resized(): void {
    const scroller = this.#scroller;
    if (!scroller || this.#paused) return;
    this.#reserve();
    const { offsetHeight: height } = this.#content ?? scroller;
    if (height !== this.#height) this.#sized = performance.now();
    if (this.#state === "prompt" && height > this.#least + 1) {
      this.#outgrown = true;
      this.#hold();
    }
    if (this.following) this.#pin();
    else {
      this.#keep();
      // Not what grows: who stands where the answer outgrew the view stays there.
      if (height < this.#height && this.#distance < 2) this.#arrive();
    }
    this.#height = height;
    this.#measure();
  }

  #scrolled(ends: Ends): void {
    const scroller = this.#scroller;
    if (!scroller || this.#paused) return;
    const { scrollTop: top, scrollHeight, clientHeight } = scroller;
    const moved = top - this.#top;
    const now = performance.now();
    const late = this.#recent.some((one) => Math.abs(one.top - top) <= 2 && now - one.at < LATE_MS);
    if (this.following) {
      if (this.#distance < NEAR) this.#note();
      else if (moved < -1 && (this.#dragging || (!late && (this.#searching || now - this.#sized > LATE_MS)))) this.leave();
      else this.#pin();
    } else if (moved !== 0 && late && !this.#dragging && now - this.#acted > LATE_MS) scroller.scrollTop = this.#top;
    else {
      this.#keep();
      if (moved !== 0) this.#take();
      if (moved > 1 && !this.#outgrown && this.#distance < NEAR) this.#arrive();
    }
    // Where all fits the reader went nowhere: what came, or went, has moved them.
    if (moved < 0 && top <= 1 && scrollHeight > clientHeight + 1) ends.top();
    if (moved > 0 && this.#distance < clientHeight) ends.foot();
    this.#measure();
  }

  #measure(): void {
    const away = this.#newer || (this.#state === "held" && this.#distance > NEAR);
    if (this.away !== away) this.arrived = !away;
    this.away = away;
  }
}

const isAfter = (element: Element, other: Element): boolean =>
  (other.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0;
