/**
 * For the tests of components: a client without a server, over a real page and real arguments. Import it before any
 * component.
 */
import { createRawSnippet, flushSync, mount, unmount, type Component, type Snippet } from "svelte";
import { PageState, type Json, type Op } from "./page/state";
import { Args } from "./transport/args";
import type { PageClient } from "./page/client";
import type { ErrorInfo, Status } from "./transport/client";

export interface Sent {
  readonly name: string | null;
  readonly args: Readonly<Record<string, Json>>;
  readonly event?: readonly [source: string, event: string, data: Json];
}

type Outcome = "ok" | "failed";

export class FakeClient {
  readonly page = new PageState();
  readonly sent: Sent[] = [];
  status: Status = "online";
  error: ErrorInfo | null = null;
  busy = false;
  silent = false;
  id: string | null = "client";
  user = "anon";
  endedCode = 0;
  hash = "";
  readonly args: Args;
  readonly #changed = new Set<() => void>();
  readonly #waiting: ((outcome: Outcome) => void)[] = [];

  constructor() {
    this.args = new Args({
      act: (body) => {
        this.sent.push(body);
        this.busy = true;
        this.#notify();
        return new Promise((resolve) => this.#waiting.push(resolve));
      },
      hash: () => this.hash,
      setHash: (hash) => {
        this.hash = hash;
      },
    });
  }

  subscribe(fn: () => void): () => void {
    this.#changed.add(fn);
    return () => this.#changed.delete(fn);
  }

  /** Answer the oldest action that has no answer. */
  async ack(outcome: Outcome = "ok"): Promise<void> {
    this.#waiting.shift()?.(outcome);
    for (let turn = 0; turn < 8; turn++) await Promise.resolve();
    flushSync();
  }

  /** All actions have ended. */
  end(): void {
    this.set({ busy: false });
  }

  set(state: Partial<Pick<FakeClient, "status" | "error" | "busy" | "endedCode">>): void {
    Object.assign(this, state);
    this.#notify();
  }

  /** What the server sends. */
  ops(...ops: Op[]): void {
    this.page.apply(ops);
    flushSync();
  }

  dismissError(): void {
    this.set({ error: null });
  }

  retryNow(): void {
    this.set({ status: "online" });
  }

  takeOver(): void {
    this.set({ status: "online" });
  }

  #notify(): void {
    for (const fn of [...this.#changed]) fn();
    flushSync();
  }
}

/** What the browser has and jsdom has not; some of it is needed as soon as components are imported. */
function patchDom(): void {
  const missing = {
    ResizeObserver: class {
      observe(): void {}
      unobserve(): void {}
      disconnect(): void {}
    },
    matchMedia: () => ({ matches: false, addEventListener: () => undefined, removeEventListener: () => undefined }),
    CSS: { supports: () => true },
  };
  // jsdom's own has no more than `escape`.
  Reflect.deleteProperty(globalThis, "CSS");
  for (const [name, value] of Object.entries(missing)) {
    if (!(name in globalThis) || name === "matchMedia") Object.defineProperty(globalThis, name, { value, configurable: true });
  }
  // jsdom has dialogs that cannot be shown.
  if (!("showModal" in HTMLDialogElement.prototype)) {
    Object.assign(HTMLDialogElement.prototype, {
      showModal(this: HTMLDialogElement) {
        this.open = true;
      },
      close(this: HTMLDialogElement) {
        this.open = false;
        this.dispatchEvent(new Event("close"));
      },
    });
  }
  // jsdom lays nothing out.
  if (!("scrollIntoView" in Element.prototype)) Object.defineProperty(Element.prototype, "scrollIntoView", { value: () => undefined });
}
patchDom();

/** Draw a component with a fake client; returns a function that removes it. */
export function draw(component: Component<{ client: PageClient }>, client: FakeClient): () => void {
  const target = document.createElement("div");
  document.body.append(target);
  const app = mount(component, { target, props: { client: client as unknown as PageClient } });
  flushSync();
  return () => {
    void unmount(app);
    target.remove();
  };
}

/** Draw one component; returns a function that removes it. */
export function show<P extends Record<string, unknown>>(component: Component<P>, props: P): () => void {
  const target = document.createElement("div");
  document.body.append(target);
  const drawn = mount(component, { target, props });
  flushSync();
  return () => {
    void unmount(drawn);
    target.remove();
  };
}

/** A snippet of markup, for the `children` of a component. */
export const markup = (html: string): Snippet => createRawSnippet(() => ({ render: () => html }));

/** An element that must be there. */
export function find<E extends HTMLElement = HTMLElement>(selector: string): E {
  const found = document.querySelector<E>(selector);
  if (!found) throw new Error(`nothing matches ${selector} in ${document.body.textContent}`);
  return found;
}

export const findAll = (selector: string): readonly HTMLElement[] => [...document.querySelectorAll<HTMLElement>(selector)];

export function click(selector: string): void {
  find(selector).click();
  flushSync();
}

/** Type text into a box as a user does. */
export function type(selector: string, text: string): void {
  const box = find<HTMLInputElement>(selector);
  box.value = text;
  box.dispatchEvent(new InputEvent("input", { bubbles: true }));
  flushSync();
}

export function press(selector: string, key: string, more: KeyboardEventInit = {}): boolean {
  const open = find(selector).dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }));
  flushSync();
  return open;
}
