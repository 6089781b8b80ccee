import { isList, isObject, own, type Json } from "./json";
import type { ActBody } from "./messages";
import type { Store } from "./platform";

/** What became of an action: the server has it, or it never will. */
export type Outcome = "ok" | "failed";

/** An action on its way. */
export interface Entry {
  readonly id: string;
  readonly body: ActBody;
  /** Whether it was sent on the connection that is open now. */
  sent: boolean;
  settle(outcome: Outcome): void;
}

/**
 * Actions that the server has not acknowledged, oldest first. They are kept in the tab's storage as well, so a reload
 * or a crash of the tab loses none; the same id tells the server that it may have one already.
 */
export class Outbox {
  readonly #entries = new Map<string, Entry>();
  readonly #store: Store;
  readonly #key: string;

  /** @param key Name of the page in the tab's storage. */
  constructor(store: Store, key: string) {
    this.#store = store;
    this.#key = key;
  }

  get size(): number {
    return this.#entries.size;
  }

  has(id: string): boolean {
    return this.#entries.has(id);
  }

  /** Take up what the page left behind when it was reloaded. */
  restore(): void {
    for (const { id, body } of readEntries(this.#store.get(this.#key))) {
      this.#entries.set(id, { id, body, sent: false, settle: () => undefined });
    }
  }

  add(id: string, body: ActBody): Promise<Outcome> {
    return new Promise((settle) => {
      this.#entries.set(id, { id, body, sent: false, settle });
      this.#save();
    });
  }

  /** The server has it, or has refused it for good. */
  remove(id: string, outcome: Outcome): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.#entries.delete(id);
    this.#save();
    entry.settle(outcome);
  }

  /** Entries that still have to be sent, in order. */
  unsent(): Entry[] {
    return [...this.#entries.values()].filter((entry) => !entry.sent);
  }

  /** Entries that were sent and not acknowledged, in order. */
  sent(): Entry[] {
    return [...this.#entries.values()].filter((entry) => entry.sent);
  }

  /** Send this one again. */
  unsend(id: string): void {
    const entry = this.#entries.get(id);
    if (entry !== undefined) entry.sent = false;
  }

  /** The connection is gone, and what arrived is unknown: everything is sent again. */
  unsendAll(): void {
    for (const entry of this.#entries.values()) entry.sent = false;
  }

  /** Forget everything, here and in the storage. */
  clear(): void {
    for (const id of [...this.#entries.keys()]) this.remove(id, "failed");
    this.#store.remove(this.#key);
  }

  #save(): void {
    if (this.#entries.size === 0) this.#store.remove(this.#key);
    else this.#store.set(this.#key, JSON.stringify([...this.#entries.values()].map(({ id, body }) => ({ id, body }))));
  }
}

function readEntries(text: string | null): { id: string; body: ActBody }[] {
  let json: unknown;
  try {
    json = JSON.parse(text ?? "[]");
  } catch {
    return [];
  }
  if (!isList(json)) return [];
  return json.flatMap((item) => {
    const id = isObject(item) ? own(item, "id") : null;
    const body = isObject(item) ? own(item, "body") : null;
    // Written by this module, so its inside is as typed; another version of it may have been another shape.
    return typeof id === "string" && isBody(body) ? [{ id, body }] : [];
  });
}

function isBody(body: Json | undefined): body is Json & ActBody {
  if (!isObject(body) || !isObject(own(body, "args"))) return false;
  const name = own(body, "name");
  return name === null || typeof name === "string";
}

