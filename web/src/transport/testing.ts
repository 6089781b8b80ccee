/** A browser and a server for tests, with a clock that moves by hand. */
import type { PageClient } from "../page/client";
import { PageState } from "../page/state";
import type { Json } from "./json";
import { Client } from "./client";
import type { Place } from "./hello";
import type { Platform, Socket, SocketEvents } from "./platform";

type Message = Record<string, Json>;

/** The server's end of one socket. */
export class FakeSocket implements Socket {
  readonly sent: Message[] = [];
  closedWith: number | null = null;
  readonly #events: SocketEvents;

  constructor(events: SocketEvents) {
    this.#events = events;
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text) as Message);
  }

  close(code: number): void {
    this.closedWith = code;
  }

  open(): void {
    this.#events.opened();
  }

  receive(...messages: readonly unknown[]): void {
    for (const message of messages) this.#events.received(typeof message === "string" ? message : JSON.stringify(message));
  }

  /** The server ends the connection, or it breaks. */
  end(code: number): void {
    this.#events.closed(code);
  }

  /** Messages of one kind that the client has sent here. */
  all(t: string): Message[] {
    return this.sent.filter((message) => message["t"] === t);
  }
}

/** What survives a reload, and what tabs share. */
export class FakeTab {
  readonly stored = new Map<string, string>();

  constructor(stored: Iterable<readonly [string, string]> = []) {
    this.stored = new Map(stored);
  }
}

const held = new Set<string>();
let ids = 0;

/** One page of a tab. */
export class FakePage implements Platform {
  readonly sockets: FakeSocket[] = [];
  readonly paths: string[] = [];
  readonly store;
  reloads = 0;
  /** The page that it was left for. */
  left = "";
  hashText = "";
  randomNumber = 0.5;
  #now = 1_000_000;
  #timers = new Set<{ at: number; fn: () => void }>();
  /** The browser says that there is no network. */
  goOffline: () => void = () => undefined;
  #wake: () => void = () => undefined;
  #hashChange: () => void = () => undefined;
  #unsaved: () => boolean = () => false;
  #names = new Set<string>();

  constructor(tab: FakeTab) {
    this.store = {
      get: (key: string) => tab.stored.get(key) ?? null,
      set: (key: string, value: string) => void tab.stored.set(key, value),
      remove: (key: string) => void tab.stored.delete(key),
      clear: () => {
        tab.stored.clear();
      },
    };
  }

  openSocket(path: string, events: SocketEvents): FakeSocket {
    const socket = new FakeSocket(events);
    this.paths.push(path);
    this.sockets.push(socket);
    return socket;
  }

  now(): number {
    return this.#now;
  }

  timer(fn: () => void, ms: number): () => void {
    const entry = { at: this.#now + ms, fn };
    this.#timers.add(entry);
    return () => this.#timers.delete(entry);
  }

  random(): number {
    return this.randomNumber;
  }

  newId(): string {
    return `id-${++ids}`;
  }

  hash(): string {
    return this.hashText;
  }

  setHash(hash: string): void {
    const text = hash.replace(/^#/, "");
    if (text === this.hashText) return;
    this.hashText = text;
    this.#hashChange();
  }

  reload(): void {
    this.reloads++;
  }

  leaveFor(path: string): void {
    this.left = path;
  }

  hold(name: string): Promise<(() => void) | null> {
    if (held.has(name)) return Promise.resolve(null);
    held.add(name);
    this.#names.add(name);
    return Promise.resolve(() => {
      held.delete(name);
      this.#names.delete(name);
    });
  }

  onOffline(fn: () => void): void {
    this.goOffline = fn;
  }

  onWake(fn: () => void): void {
    this.#wake = fn;
  }

  onHashChange(fn: () => void): void {
    this.#hashChange = fn;
  }

  guardLeaving(unsaved: () => boolean): void {
    this.#unsaved = unsaved;
  }

  // What happens to the page

  /** Let time pass, and whatever is due happen at its time. */
  pass(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const due = [...this.#timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.#timers.delete(due);
      this.#now = due.at;
      due.fn();
    }
    this.#now = end;
  }

  wake(): void {
    this.#wake();
  }

  asksBeforeLeaving(): boolean {
    return this.#unsaved();
  }

  /** The page goes away: its names become free. */
  unload(): void {
    for (const name of this.#names) held.delete(name);
  }

  /** The socket that was opened last. */
  get socket(): FakeSocket {
    const socket = this.sockets.at(-1);
    if (socket === undefined) throw new Error("no socket was opened");
    return socket;
  }
}

export const emptyState = { cards: [] };

/** A welcome with a snapshot at position 10 of epoch `E`, changed as given. */
export function welcome(changes: Message = {}): Message {
  return {
    t: "welcome",
    mode: "snapshot",
    client: "c1",
    e: "E",
    s: 10,
    state: { cards: [["n", { view: "markdown", box: "", content: "" }]] },
    limits: { frame_max_bytes: 2000, unacked_max: 4 },
    hb: 25,
    build: "b1",
    user: "anon",
    ...changes,
  };
}

/** A frame of patches `f` to `n` that appends to the text of the only card. */
export function append(f: number, n: number, at: number, text: string): readonly unknown[] {
  return [n, n - f + 1, ["a", ["n", "content"], at, text]];
}

/** A page with a client that has started; nothing is connected yet. */
export async function startPage(
  tab = new FakeTab(),
  hash = "",
  place: Partial<Place> = {},
): Promise<{ page: FakePage; client: PageClient }> {
  const page = new FakePage(tab);
  page.hashText = hash;
  const client = new Client(page, { prefix: "/x", route: "/demo", build: "b1", ...place }, new PageState());
  await client.start();
  return { page, client };
}

/** A page that is online. */
export async function onlinePage(
  tab = new FakeTab(),
  hash = "",
  place: Partial<Place> = {},
): Promise<{ page: FakePage; client: PageClient }> {
  const started = await startPage(tab, hash, place);
  started.page.socket.open();
  started.page.socket.receive(welcome());
  return started;
}

/** The text that the page shows. */
export function shown(client: PageClient): Json | undefined {
  return client.page.cards.get("n")?.["content"] as Json | undefined;
}

/** Forget which names are held, between tests. */
export function releaseAll(): void {
  held.clear();
}
