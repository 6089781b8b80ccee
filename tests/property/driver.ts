/** Tabs with the real client and a browser made of nothing, driven by `tests/property/node.py` one line at a time. */
import { PageState } from "../../web/src/page/state";
import { Client } from "../../web/src/transport/client";
import type { Platform, Socket, SocketEvents, Store } from "../../web/src/transport/platform";

/** What is done to a tab, each with the number of the socket that it is about. */
type Command =
  | readonly ["start"]
  | readonly ["until", number]
  | readonly ["open", number]
  | readonly ["receive", number, string]
  | readonly ["end", number, number]
  | readonly ["submit", string]
  | readonly ["wake"];

type Position = readonly [string, number] | null;

/** What a tab did, and how it stands. */
interface Report {
  opened: number[];
  sent: [number, string][];
  closed: [number, number][];
  /** Every position and state that the tab was in, in order. */
  seen: [Position, string][];
  /** Frames of changes that arrived and were refused. */
  refused: string[];
  /** Prompts that the server has not acknowledged. */
  outbox: string[];
  failed: string[];
  mistakes: string[];
  status: string;
  /** When the next timer is due, in milliseconds. */
  next: number | null;
}

/** The bundle adds this to the client; nothing but a test needs it. */
interface Followed {
  readonly position: { readonly e: string; readonly s: number } | null;
}

let ids = 0;
const mistakes: string[] = [];
globalThis.reportError = (error: unknown) => {
  mistakes.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
};

class Tab implements Platform {
  readonly client: Client;
  readonly #stored = new Map<string, string>();
  readonly #timers = new Set<{ at: number; fn: () => void }>();
  readonly #sockets = new Map<number, SocketEvents>();
  readonly store: Store = {
    get: (key) => this.#stored.get(key) ?? null,
    set: (key, value) => void this.#stored.set(key, value),
    remove: (key) => void this.#stored.delete(key),
    clear: () => {
      this.#stored.clear();
    },
  };
  #now = 0;
  #wake: () => void = () => undefined;
  #last = "";
  #report = this.#blank();

  constructor() {
    this.client = new Client(this, { prefix: "", route: "/", build: "" }, new PageState());
  }

  openSocket(_path: string, events: SocketEvents): Socket {
    const number = this.#sockets.size;
    this.#sockets.set(number, events);
    this.#report.opened.push(number);
    return {
      send: (text) => void this.#report.sent.push([number, text]),
      close: (code) => void this.#report.closed.push([number, code]),
    };
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
    return 0.5;
  }

  newId(): string {
    return `id-${String(++ids)}`;
  }

  hash(): string {
    return "";
  }

  setHash(): void {}

  reload(): void {
    mistakes.push("the page was loaded again");
  }

  leaveFor(): void {
    this.reload();
  }

  hold(): Promise<() => void> {
    return Promise.resolve(() => undefined);
  }

  onOffline(): void {}
  onWake(fn: () => void): void {
    this.#wake = fn;
  }

  onHashChange(): void {}

  guardLeaving(): void {}

  async do(commands: readonly Command[]): Promise<Report> {
    for (const command of commands) {
      await this.#one(command);
      this.#look();
    }
    await Promise.resolve(); // what was acknowledged is settled
    const report = this.#report;
    this.#report = this.#blank();
    report.outbox = this.#outbox();
    report.status = this.client.status;
    report.next = this.#next()?.at ?? null;
    report.mistakes = mistakes.splice(0);
    return report;
  }

  async #one(command: Command): Promise<void> {
    switch (command[0]) {
      case "start":
        await this.client.start();
        break;
      case "until":
        for (let due = this.#next(); due !== undefined && due.at <= command[1]; due = this.#next()) {
          this.#timers.delete(due);
          this.#now = due.at;
          due.fn();
        }
        this.#now = command[1];
        break;
      case "open":
        this.#sockets.get(command[1])?.opened();
        break;
      case "receive": {
        const before = this.#position();
        this.#sockets.get(command[1])?.received(command[2]);
        const lost = before !== null && this.#position() === null;
        if (lost && command[2].startsWith("[")) this.#report.refused.push(command[2]);
        break;
      }
      case "end":
        this.#sockets.get(command[1])?.closed(command[2]);
        break;
      case "submit": {
        const token = command[1];
        void this.client.args.submit("prompt", token).then((outcome) => {
          if (outcome !== "ok") this.#report.failed.push(token);
        });
        break;
      }
      case "wake":
        this.#wake();
        break;
    }
  }

  #position(): Position {
    const position = (this.client as unknown as Followed).position;
    return position === null ? null : [position.e, position.s];
  }

  #look(): void {
    const seen: [Position, string] = [this.#position(), JSON.stringify(this.client.page)];
    const text = JSON.stringify(seen);
    if (text !== this.#last) this.#report.seen.push(seen);
    this.#last = text;
  }

  #next(): { at: number; fn: () => void } | undefined {
    return [...this.#timers].sort((a, b) => a.at - b.at)[0];
  }

  /** As it would survive a reload of the page. */
  #outbox(): string[] {
    const kept = JSON.parse(this.#stored.get("swell:outbox:/") ?? "[]") as { body: { args: { prompt: string } } }[];
    return kept.map(({ body }) => body.args.prompt);
  }

  #blank(): Report {
    return {
      opened: [], sent: [], closed: [], seen: [], refused: [],
      outbox: [], failed: [], mistakes: [], status: "", next: null,
    }; // prettier-ignore
  }
}

/** Make tabs, and do something to each of some of them: `[[tab, commands], ...]` to a report for each. */
export class Tabs {
  #tabs: Tab[] = [];

  reset(count: number): void {
    this.#tabs = Array.from({ length: count }, () => new Tab());
  }

  async do(jobs: readonly (readonly [number, readonly Command[]])[]): Promise<Report[]> {
    const reports: Report[] = [];
    for (const [number, commands] of jobs) {
      const tab = this.#tabs[number];
      if (tab === undefined) throw new Error(`there is no tab ${String(number)}`);
      reports.push(await tab.do(commands));
    }
    return reports;
  }
}
