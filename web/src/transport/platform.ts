/** All that the transport needs of a browser, in one interface: tests drive it with a fake one. */

/** An open socket, or one that is being opened. */
export interface Socket {
  send(text: string): void;
  close(code: number): void;
}

export interface SocketEvents {
  opened(): void;
  received(data: unknown): void;
  closed(code: number): void;
}

/** Storage of one tab. It may be missing, full or forbidden; then nothing is kept over a reload. */
export interface Store {
  get(key: string): string | null;
  set(key: string, value: string): void;
  remove(key: string): void;
  /** Remove everything of ours. */
  clear(): void;
}

export interface Platform {
  /** Open a socket to an absolute path of this site. */
  openSocket(path: string, events: SocketEvents): Socket;
  readonly store: Store;
  /** Milliseconds since 1970. */
  now(): number;
  /** Call `fn` once after `ms`; returns a function that cancels it. */
  timer(fn: () => void, ms: number): () => void;
  /** In [0, 1). */
  random(): number;
  /** A new id that sorts by time. */
  newId(): string;
  /** The part of the address after the `#`, without it. */
  hash(): string;
  setHash(hash: string): void;
  /** Load the page again. */
  reload(): void;
  /** Load another page of this site, which gets the address of this one as `next`. */
  leaveFor(path: string): void;
  /**
   * Hold a name that only one tab can hold, until this page goes away.
   *
   * @returns A function that gives it up, or null if another tab holds it and did not let go within `waitMs`.
   * Where the browser cannot tell, the name counts as held.
   */
  hold(name: string, waitMs: number): Promise<(() => void) | null>;
  /** The network is back, or the user has returned to the tab. */
  onWake(fn: () => void): void;
  /** The machine has no network any more. */
  onOffline(fn: () => void): void;
  onHashChange(fn: () => void): void;
  /** Ask before the page is left whenever the answer is true. */
  guardLeaving(unsaved: () => boolean): void;
}
