/**
 * The page as this tab knows it: cards by key, kept equal to the server's page by applying its ops.
 *
 * Plain properties are immutable values that share what did not change; rows are objects that stay and notify their
 * subscribers of changed cells. So a token that streams in wakes one row and copies nothing else.
 */
import { type Buffer, BufferModel, type Cells, isBuffer, type Row, type RowId } from "./buffer";
import type { CardState } from "./card";
import { PageDraft } from "./transaction";
import { isList, isObject, type Json, type JsonObject } from "../transport/json";
import { Listeners } from "../transport/listeners";
import type { Snapshot } from "../transport/messages";
import { checkOp, Desync, type Op } from "../transport/ops";

export { isBuffer, Desync };
export type { Buffer, CardState, Cells, Json, JsonObject, Op, Row, RowId, Snapshot };

/** A page and its subscribers. */
export class PageState {
  #cards: ReadonlyMap<string, CardState> = new Map();
  readonly #listeners = new Listeners();
  readonly #cardListeners = new Map<string, Listeners>();
  /** For each card on the page, the number of the last assignment of each property; "" stands for the whole card. */
  readonly #assigned = new Map<string, Map<string, number>>();
  #assignments = 0;
  /** The page is empty by now, and what it had is still shown. */
  #emptied = false;

  /** In the order in which they were added. A new map whenever a card changed. */
  get cards(): ReadonlyMap<string, CardState> {
    return this.#cards;
  }

  /**
   * Apply one frame, whole or not at all. Subscribers hear of it once, after the whole frame succeeded.
   *
   * @throws Desync if any op does not fit; the page is then as it was.
   */
  apply(ops: readonly Op[]): void {
    const draft = new PageDraft(this.#emptied ? new Map() : this.#cards);
    try {
      for (const op of ops) {
        checkOp(op);
        draft.apply(op);
      }
    } catch (error) {
      draft.undo();
      throw error;
    }
    for (const [key, prop] of draft.assigned) {
      const numbers = (prop === undefined ? undefined : this.#assigned.get(key)) ?? new Map<string, number>();
      this.#assigned.set(key, numbers.set(prop ?? "", ++this.#assignments));
    }
    this.#commit(draft);
    draft.notify();
  }

  /**
   * Replace everything; all cards, buffers and rows are new objects afterwards.
   *
   * @param begins Whether the app is about to fill the page, after a restart or in another process. If it is empty,
   *   what was there stays in view until the first frame, or until `clear`.
   * @throws Desync if the snapshot is malformed; the page is then as it was.
   */
  load(snapshot: Snapshot, begins = false): void {
    const draft = new PageDraft(new Map());
    if (!isObject(snapshot) || !isList(snapshot.cards)) throw new Desync("malformed snapshot");
    if (begins && snapshot.cards.length === 0 && this.#cards.size > 0) {
      this.#emptied = true;
      return;
    }
    for (const entry of snapshot.cards) {
      if (!isList(entry) || entry.length !== 2) throw new Desync("malformed snapshot");
      const [key, card] = entry;
      if (typeof key !== "string" || draft.cards.has(key)) throw new Desync(`illegal card ${JSON.stringify(key)}`);
      draft.putCard(key, card);
    }
    // Even an empty page in place of an empty one is a change for subscribers that wait for the first snapshot.
    draft.structural = true;
    this.#commit(draft);
  }

  /** Remove what is only shown because nothing has followed an empty page yet. */
  clear(): void {
    if (this.#emptied) this.apply([]);
  }

  /** The page as it would travel now. Equal to the server's at the same position. */
  toJSON(): Snapshot {
    const plain = (value: Json | Buffer): Json => (value instanceof BufferModel ? value.toJSON() : (value as Json));
    const cards = [...(this.#emptied ? [] : this.#cards)].map(([key, card]): readonly [string, JsonObject] => [
      key,
      Object.fromEntries(Object.entries(card).map(([name, value]) => [name, plain(value)])),
    ]);
    return { cards };
  }

  /**
   * A number that changes when the app assigns this property, also with the value it has, or puts the card anew.
   * Without a property only the latter counts. A snapshot changes none: it only repeats what is known.
   */
  touched(key: string, prop = ""): number {
    const numbers = this.#assigned.get(key);
    return Math.max(numbers?.get("") ?? 0, numbers?.get(prop) ?? 0);
  }

  /** Called when cards came, went or were replaced, or when where they stand changed. Returns a function that unsubscribes. */
  subscribe(fn: () => void): () => void {
    return this.#listeners.add(fn);
  }

  /** Called when a property of this card changed that is no buffer, or the card was replaced, added or removed. */
  subscribeCard(key: string, fn: () => void): () => void {
    let listeners = this.#cardListeners.get(key);
    if (listeners === undefined) this.#cardListeners.set(key, (listeners = new Listeners()));
    const remove = listeners.add(fn);
    return () => {
      remove();
      if (listeners.size === 0 && this.#cardListeners.get(key) === listeners) this.#cardListeners.delete(key);
    };
  }

  #commit(draft: PageDraft): void {
    const before = this.#cards;
    const next = draft.cards;
    this.#cards = next;
    this.#emptied = false;
    for (const key of this.#assigned.keys()) if (!next.has(key)) this.#assigned.delete(key);
    const keys = next === before ? [] : [...new Set([...before.keys(), ...next.keys()])];
    const changed = keys.filter((key) => before.get(key) !== next.get(key));
    if (draft.structural || changed.some((key) => movesCards(before.get(key), next.get(key)))) this.#listeners.notify();
    for (const key of changed) this.#cardListeners.get(key)?.notify();
  }
}

/** Whether the change of a card may change where cards stand: its own place, or the layouts of the page. */
function movesCards(before: CardState | undefined, after: CardState | undefined): boolean {
  return after?.view === "meta" || before?.box !== after?.box || before?.["zone"] !== after?.["zone"];
}
