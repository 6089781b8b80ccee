/**
 * This tab's end of the connection: follows the page, delivers actions, and says how things stand.
 *
 * The rules are those of the protocol. A frame is applied if it is the next one of this epoch; one that was seen is
 * dropped; after a gap the page is resumed from the last good position; after a frame that does not fit, from nothing.
 */
import type { Json } from "./json";
import { Listeners } from "./listeners";
import { Desync, type Op } from "./ops";
import { Args } from "./args";
import { Close, isTerminal } from "./codes";
import { FrameReader } from "./frames";
import { clientKey, hello, type Place, socketPath } from "./hello";
import { Identity } from "./identity";
import { Link, type Verdict } from "./link";
import {
  type Ack,
  type ActBody,
  type ClientMessage,
  type ErrorInfo,
  type Limits,
  parseMessage,
  type ServerMessage,
  type Snapshot,
  type Welcome,
} from "./messages";
import { Outbox, type Outcome } from "./outbox";
import { PartReader } from "./parts";
import type { Platform } from "./platform";

export type { ErrorInfo, Outcome };

/** Where a tab keeps who is signed in. */
const USER_KEY = "swell:user";

/**
 * - `connecting`: for the first time.
 * - `online`: the page is live.
 * - `reconnecting`: it was, and will be again; actions wait.
 * - `draining`: live, but the server is about to go away.
 * - `replaced`: another tab has taken over; {@link Client.takeOver} takes it back.
 * - `ended`: no further attempts; see {@link Client.endedCode}.
 */
export type Status = "connecting" | "online" | "reconnecting" | "draining" | "replaced" | "ended";

/** How long a hello may go without its welcome, in milliseconds. */
const WELCOME_MS = 10_000;
/** How much later than promised a beat may come, in milliseconds. */
const BEAT_GRACE_MS = 10_000;
/** How long patches that a beat has announced may take to arrive, in milliseconds. */
const TAIL_MS = 1_000;
/** So many resynchronisations within so many milliseconds mean that this connection is of no use. */
const RESYNCS = { most: 3, withinMs: 10_000 };
/** How long an action may go without any sign of the server before that is said, in milliseconds. */
const RECEIPT_MS = 4_000;
/** Longest wait before an action is sent again, in milliseconds, whatever the server asks for. */
const MAX_RETRY_MS = 60_000;

/** What snapshots are loaded into and frames are applied to. Both throw {@link Desync} for what does not fit. */
export interface Replica {
  load(snapshot: Snapshot, begins?: boolean): void;
  apply(ops: readonly Op[]): void;
  clear?(): void;
}

export class Client<Page extends Replica = Replica> {
  readonly page: Page;
  readonly args: Args;

  readonly #platform: Platform;
  readonly #place: Place;
  readonly #identity: Identity;
  readonly #outbox: Outbox;
  readonly #link: Link;
  readonly #listeners = new Listeners();
  readonly #reloadKey: string;
  readonly #userKey: string;

  #status: Status = "connecting";
  #error: ErrorInfo | null = null;
  #user = "";
  #endedCode = 0;
  #limits: Limits = { frame_max_bytes: 262_144, unacked_max: 32 };
  #beatMs = 25_000;

  #position: { e: string; s: number } | null = null;
  #frames = new FrameReader();
  /** A large snapshot on its way, and the welcome that announced it. */
  #parts: { readonly welcome: Welcome; readonly reader: PartReader } | null = null;
  /** The client id and hash of a hello that has no answer yet. Until then patches mean nothing. */
  #hello: { client: string | null; hash: string } | null = null;
  #resyncs: number[] = [];
  #cancelTail: (() => void) | null = null;
  #cancelHold: (() => void) | null = null;
  /** Accepted actions whose handlers run. */
  readonly #running = new Set<string>();
  /** Those whose success says nothing about the error that is shown, since they are older. */
  #olderThanError = new Set<string>();
  #reloading = false;
  #silent = false;
  #cancelReceipt: (() => void) | null = null;

  /** Call {@link start} to connect. */
  constructor(platform: Platform, place: Place, page: Page) {
    const route = `${place.prefix}${place.route}`;
    this.page = page;
    this.#platform = platform;
    this.#place = place;
    this.#reloadKey = `swell:reload:${route}`;
    this.#userKey = `swell:user:${route}`;
    this.#identity = new Identity(platform, clientKey(place));
    this.#outbox = new Outbox(platform.store, `swell:outbox:${route}`);
    this.#link = new Link(platform, socketPath(place), {
      opened: () => {
        this.#sayHello(this.#position !== null);
      },
      received: (data) => {
        this.#receive(data);
      },
      lost: (code) => this.#lost(code),
    });
    this.args = new Args({
      act: (body) => this.#act(body),
      hash: () => platform.hash(),
      setHash: (hash) => {
        platform.setHash(hash);
      },
    });
    platform.onHashChange(() => {
      this.#submitHash();
    });
    platform.onOffline(() => {
      // A server on this machine or in this network may still answer: send a probe, and show the offline state until then.
      if (this.#status !== "online") return;
      this.#setSilent(true);
      if (this.#hello === null) this.#resync(true);
    });
    platform.guardLeaving(() => this.#outbox.size > 0 && !this.#reloading && !this.#over);
  }

  /** Id of this tab at the server, null until there is one. Requests beside the connection name it. */
  get id(): string | null {
    return this.#identity.id;
  }

  get status(): Status {
    return this.#status;
  }

  /** The connection is open, but the server has stopped answering. */
  get silent(): boolean {
    return this.#silent;
  }

  /** The last thing that went wrong, until it is dismissed or something goes right. */
  get error(): ErrorInfo | null {
    return this.#error;
  }

  /** Whether an action is on its way or its handler runs. Never a reason to block input. */
  get busy(): boolean {
    return this.#outbox.size > 0 || this.#running.size > 0;
  }

  /** The signed-in user, as the server knows them. */
  get user(): string {
    return this.#user;
  }

  /** With status `ended`: the close code that says why. */
  get endedCode(): number {
    return this.#endedCode;
  }

  /** Called when any of the above changed. Returns a function that unsubscribes. */
  subscribe(fn: () => void): () => void {
    return this.#listeners.add(fn);
  }

  /** Connect, and stay connected. */
  async start(): Promise<void> {
    this.#keepApart();
    // What a duplicated tab finds in its storage is the other tab's to send.
    if (await this.#identity.claim()) this.#outbox.restore();
    else this.#outbox.clear();
    this.#link.connect();
  }

  /** Discard what another user has typed in this tab, and not sent. */
  #keepApart(): void {
    const { store } = this.#platform;
    const { user } = this.#place;
    if (!user || store.get(USER_KEY) === user) return;
    if (store.get(USER_KEY) !== null) store.clear();
    store.set(USER_KEY, user);
  }

  dismissError(): void {
    this.#error = null;
    this.#listeners.notify();
  }

  /** Do not wait for the next attempt. */
  retryNow(): void {
    if (this.#status === "ended") this.#setStatus("reconnecting");
    this.#link.connect();
  }

  /** Be the tab that shows this page, after another one has taken over. */
  takeOver(): void {
    if (this.#status !== "replaced") return;
    this.#setStatus("reconnecting");
    this.#link.connect();
  }

  get #over(): boolean {
    return this.#status === "ended" || this.#status === "replaced";
  }

  #setSilent(silent: boolean): void {
    this.#cancelReceipt?.();
    this.#cancelReceipt = null;
    if (silent === this.#silent) return;
    this.#silent = silent;
    this.#listeners.notify();
  }

  #setStatus(status: Status): void {
    if (status !== this.#status) this.#setSilent(false);
    this.#status = status;
    this.#listeners.notify();
  }

  #setError(error: ErrorInfo): void {
    this.#error = error;
    this.#olderThanError = new Set(this.#running);
    this.#listeners.notify();
  }

  #send(message: ClientMessage): void {
    this.#link.send(JSON.stringify(message));
  }

  // Actions

  #act(body: ActBody): Promise<Outcome> {
    const id = this.#platform.newId();
    const refusal = this.#refusal(id, body);
    if (refusal !== null) {
      this.#setError({ ...refusal, id: "", ref: id });
      return Promise.resolve("failed");
    }
    const outcome = this.#outbox.add(id, body);
    this.#flush();
    this.#listeners.notify();
    return outcome;
  }

  /** Why an action cannot be taken, if it cannot. */
  #refusal(id: string, body: ActBody): { code: string; msg: string } | null {
    if (this.#over) return { code: "offline", msg: "" };
    if (this.#outbox.size >= this.#limits.unacked_max) {
      return { code: "outbox_full", msg: "" };
    }
    const bytes = new TextEncoder().encode(JSON.stringify({ t: "act", id, ...body })).length;
    return bytes > this.#limits.frame_max_bytes ? { code: "too_big", msg: "" } : null;
  }

  /** Send what waits, unless there is no connection, or the server has asked for a pause. */
  #flush(): void {
    const live = this.#status === "online" || this.#status === "draining";
    if (!live || this.#hello !== null || this.#cancelHold !== null) return;
    for (const entry of this.#outbox.unsent()) {
      entry.sent = true;
      this.#send({ t: "act", id: entry.id, ...entry.body });
      this.#expectReceipt();
    }
  }

  #expectReceipt(): void {
    this.#cancelReceipt ??= this.#platform.timer(() => {
      this.#setSilent(true);
    }, RECEIPT_MS);
  }

  #submitHash(): void {
    this.#identity.sawHash(this.#platform.hash());
    void this.args.submitHash();
  }

  #acknowledged(ack: Ack): void {
    if (!this.#outbox.has(ack.id)) return;
    if (ack.st !== "err") {
      // The end of an action that was there before may have passed while this tab was away.
      if (ack.st === "ok") this.#running.add(ack.id);
      this.#outbox.remove(ack.id, "ok");
    } else if (ack.retry_ms !== null) {
      this.#outbox.unsend(ack.id);
      this.#holdFor(ack.retry_ms);
    } else {
      this.#outbox.remove(ack.id, "failed");
      this.#setError({ code: ack.code, msg: ack.msg, id: "", ref: ack.id });
    }
    this.#listeners.notify();
  }

  #holdFor(ms: number): void {
    this.#cancelHold?.();
    this.#cancelHold = this.#platform.timer(
      () => {
        this.#cancelHold = null;
        this.#flush();
      },
      Math.min(ms, MAX_RETRY_MS),
    );
  }

  #ended(id: string, ok: boolean): void {
    this.#running.delete(id);
    const older = this.#olderThanError.delete(id);
    if (ok && !older) this.#error = null;
    this.#listeners.notify();
  }

  // The page

  #receive(data: unknown): void {
    this.#setSilent(false);
    try {
      this.#read(typeof data === "string" ? data : "");
    } catch (error) {
      this.#resync(false);
      // Anything else is a mistake in here: say so, out of the way of the connection.
      if (!(error instanceof Desync)) reportError(error);
    }
    if (this.#outbox.sent().length > 0) this.#expectReceipt();
    if (this.#parts !== null) this.#link.deadline(WELCOME_MS, Close.handshake);
    else if (this.#hello === null) this.#link.deadline(this.#beatMs + BEAT_GRACE_MS, Close.silent);
  }

  #read(frame: string): void {
    if (frame.startsWith("{")) {
      const message = parseMessage(parseJson(frame));
      if (message !== null) this.#handle(message);
    } else if (frame.startsWith("[")) {
      this.#applied(parseJson(frame) as readonly Json[]);
    } else if (this.#parts !== null) {
      const { welcome, reader } = this.#parts;
      const state = reader.add(frame);
      if (state !== null) this.#welcomed({ ...welcome, state: state as Snapshot });
    } else if (this.#hello === null) throw new Desync("a part of no snapshot");
    // Otherwise it is left of a snapshot that was given up, on its way before the hello arrived.
  }

  #handle(message: ServerMessage): void {
    switch (message.t) {
      case "welcome":
        this.#welcomed(message);
        break;
      case "beat":
        this.#beat(message.e, message.s);
        break;
      case "ack":
        this.#acknowledged(message);
        break;
      case "end":
        this.#ended(message.id, message.st === "ok");
        break;
      case "err":
        this.#setError({ code: message.code, msg: message.msg, id: message.id, ref: message.ref });
        break;
      case "clear":
        this.args.clear();
        break;
      case "drain":
        this.#setStatus("draining");
        this.#link.leaveWithin(message.in_ms);
        break;
    }
  }

  /** @param resume Whether what is shown can be built upon. */
  #sayHello(resume: boolean): void {
    const client = this.#identity.id;
    const hash = this.#platform.hash();
    this.#hello = { client, hash };
    this.#parts = null;
    this.#cancelTail?.();
    this.#cancelTail = null;
    this.#send(hello(this.#place, hash, client, resume ? this.#position : null));
    this.#link.deadline(WELCOME_MS, Close.handshake);
  }

  #welcomed(welcome: Welcome): void {
    const user = this.#platform.store.get(this.#userKey);
    if (user !== null && user !== welcome.user) {
      this.#startOver();
      return;
    }
    this.#platform.store.set(this.#userKey, welcome.user);
    if (welcome.state !== null) {
      this.#parts = null;
      this.page.load(welcome.state, welcome.e !== this.#position?.e);
      this.#frames = new FrameReader(welcome.paths);
      this.#position = { e: welcome.e, s: welcome.s };
    } else if (welcome.parts > 0) {
      this.#parts = { welcome, reader: new PartReader(welcome.parts, welcome.crc) };
      return;
    } else if (this.#position?.e !== welcome.e) {
      throw new Desync("resumed in another epoch");
    }
    this.#limits = welcome.limits;
    this.#beatMs = welcome.hb * 1000;
    this.#user = welcome.user;
    if (welcome.error !== null) this.#setError(welcome.error);
    this.#platform.store.remove(this.#reloadKey);

    const hello = this.#hello;
    this.#hello = null;
    this.#identity.adopt(welcome.client);
    if (this.#status !== "draining") this.#setStatus("online");
    this.#link.established();
    this.#flush();
    // A new client's first query carries the hash of the hello; an earlier client must send it.
    if (hello === null) return;
    if (welcome.client !== hello.client) this.#identity.sawHash(hello.hash);
    else if (this.#identity.hash !== this.#platform.hash()) this.#submitHash();
  }

  /** Another user has signed in: discard everything shown, typed and unsent, and begin with a new page. */
  #startOver(): void {
    this.#leave();
    this.#reloading = true;
    this.#platform.reload();
  }

  /** Discard everything of the former user. */
  #leave(): void {
    this.#identity.forget();
    this.#outbox.clear();
    this.#platform.store.clear();
    this.#hide();
  }

  #signIn(): void {
    this.#hide();
    const { signIn, prefix } = this.#place;
    if (!signIn) return;
    this.#reloading = true;
    this.#platform.leaveFor(prefix + signIn);
  }

  #hide(): void {
    this.page.load({ cards: [] });
    this.#position = null;
  }

  #applied(frame: readonly Json[]): void {
    if (this.#hello !== null || this.#position === null) return;
    const { e, s } = this.#position;
    const ops = this.#frames.read(frame, s);
    if (ops === "gap") this.#resync(true);
    else if (ops !== null) {
      this.page.apply(ops.o);
      this.#position = { e, s: ops.n };
    }
  }

  #beat(e: string, s: number): void {
    const position = this.#position;
    if (this.#hello !== null || position === null) return;
    this.#send({ t: "pong", s: position.s });
    if (e !== position.e) this.#resync(true);
    else if (s > position.s) {
      // The frame may be right behind the beat; if it is lost, no later frame need come to show the gap.
      this.#cancelTail ??= this.#platform.timer(() => {
        this.#cancelTail = null;
        if ((this.#position?.s ?? s) < s) this.#resync(true);
      }, TAIL_MS);
    } else this.page.clear?.();
  }

  /** Ask for what is missing, or with `resume` false for everything. */
  #resync(resume: boolean): void {
    const now = this.#platform.now();
    this.#resyncs = [...this.#resyncs.filter((at) => at > now - RESYNCS.withinMs), now];
    if (!resume) this.#position = null;
    // Nonsense in place of a welcome, or time after time: leave it to the growing pauses between connections.
    if (this.#hello !== null || this.#resyncs.length > RESYNCS.most) this.#link.drop(Close.positionLost);
    else this.#sayHello(resume);
  }

  // The connection

  #lost(code: number): Verdict {
    const hello = this.#hello;
    this.#hello = null;
    this.#cancelTail?.();
    this.#cancelHold?.();
    this.#cancelTail = this.#cancelHold = null;
    // One of these may be what the server choked on: sent again, it would end every connection to come.
    if (code === Close.malformed || code === Close.tooBig) {
      for (const { id } of this.#outbox.sent()) this.#outbox.remove(id, "failed");
    }
    this.#outbox.unsendAll();
    // Their `end` may be sent while the connection is down.
    this.#running.clear();

    if (code === Close.version && this.#platform.store.get(this.#reloadKey) === null) {
      this.#platform.store.set(this.#reloadKey, this.#place.build);
      this.#reloading = true;
      this.#platform.reload();
      return "stop";
    }
    if (code === Close.otherPerson && hello !== null) {
      this.#startOver();
      return "stop";
    }
    if (code === Close.forbidden && hello !== null && hello.client !== null) {
      // The session is a new one. What the user has typed and sent is kept for the new client.
      this.#identity.forget();
      this.#position = null;
      this.#setStatus("reconnecting");
      return "now";
    }
    if (code === Close.replaced) {
      this.#setStatus("replaced");
      return "stop";
    }
    if (isTerminal(code)) {
      if (code === Close.otherPerson) this.#leave();
      // A user who signs in again finds the typed text.
      else if (code === Close.signedOut) this.#signIn();
      this.#endedCode = code;
      this.#setStatus("ended");
      return "stop";
    }
    this.#setStatus(this.#status === "connecting" ? "connecting" : "reconnecting");
    return "retry";
  }
}

/** @throws Desync if it is no JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new Desync("a frame is JSON");
  }
}
