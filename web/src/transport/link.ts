import { reconnectDelay, STABLE_MS } from "./backoff";
import { Close } from "./codes";
import type { Platform, Socket } from "./platform";

/** How long opening a socket may take, in milliseconds. */
const OPEN_MS = 15_000;

/** What to do after a connection is gone: wait and try again, try at once, or leave it. */
export type Verdict = "retry" | "now" | "stop";

export interface LinkOwner {
  opened(): void;
  received(data: unknown): void;
  lost(code: number): Verdict;
}

/**
 * Keeps one socket open: tries again with growing pauses, notices silence, leaves a server that goes away. It knows
 * nothing of what the messages mean.
 */
export class Link {
  readonly #platform: Platform;
  readonly #path: string;
  readonly #owner: LinkOwner;
  #socket: Socket | null = null;
  #attempt = 0;
  #cancelRetry: (() => void) | null = null;
  #cancelDrain: (() => void) | null = null;
  #cancelDeadline: (() => void) | null = null;
  #cancelStable: (() => void) | null = null;

  constructor(platform: Platform, path: string, owner: LinkOwner) {
    this.#platform = platform;
    this.#path = path;
    this.#owner = owner;
    platform.onWake(() => {
      // Not while a server drains: the wait is what spreads its clients out.
      if (this.#cancelRetry !== null) this.connect();
    });
  }

  /** Open a socket now, unless there is one. */
  connect(): void {
    if (this.#socket !== null) return;
    this.#clear();
    // Whatever a socket that was given up still has to say is no longer of interest.
    const current = () => this.#socket === socket;
    const socket = this.#platform.openSocket(this.#path, {
      opened: () => {
        if (current()) this.#owner.opened();
      },
      received: (data) => {
        if (current()) this.#owner.received(data);
      },
      closed: (code) => {
        if (current()) this.#lost(code);
      },
    });
    this.#socket = socket;
    this.deadline(OPEN_MS, Close.handshake);
  }

  send(text: string): void {
    this.#socket?.send(text);
  }

  /** Close the connection and continue as after a loss with this code. */
  drop(code: number): void {
    const socket = this.#socket;
    if (socket === null) return;
    this.#socket = null;
    socket.close(code);
    this.#lost(code);
  }

  /** Drop the connection with `code` in `ms`, unless this is called again first. */
  deadline(ms: number, code: number): void {
    this.#cancelDeadline?.();
    if (this.#socket === null) return;
    this.#cancelDeadline = this.#platform.timer(() => {
      this.drop(code);
    }, ms);
  }

  /** The connection works. Once it has for a while, earlier failures are forgotten. */
  established(): void {
    this.#cancelStable?.();
    this.#cancelStable = this.#platform.timer(() => {
      this.#attempt = 0;
    }, STABLE_MS);
  }

  /**
   * The server goes away within `ms`: reconnect at a random moment of that time, whether it still answers or not. With
   * 0 that is now, also after an earlier message with more time.
   */
  leaveWithin(ms: number): void {
    if (this.#cancelDrain !== null && ms > 0) return;
    this.#cancelDrain?.();
    this.#cancelDrain = this.#platform.timer(() => {
      this.#cancelDrain = null;
      if (this.#socket !== null) this.drop(1000);
      this.connect();
    }, this.#platform.random() * ms);
  }

  #lost(code: number): void {
    this.#socket = null;
    const leaving = this.#cancelDrain;
    if (leaving === null) this.#clear();
    else this.#clearConnection();
    const verdict = this.#owner.lost(code);
    if (verdict === "now") this.connect();
    else if (verdict === "stop") this.#clear();
    else if (this.#cancelDrain === null) {
      this.#cancelRetry = this.#platform.timer(
        () => {
          this.connect();
        },
        reconnectDelay(this.#attempt++, () => this.#platform.random()),
      );
    }
  }

  #clearConnection(): void {
    this.#cancelDeadline?.();
    this.#cancelStable?.();
    this.#cancelDeadline = this.#cancelStable = null;
  }

  #clear(): void {
    this.#clearConnection();
    this.#cancelRetry?.();
    this.#cancelDrain?.();
    this.#cancelRetry = this.#cancelDrain = null;
  }
}
