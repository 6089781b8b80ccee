import { type Buffer, BufferModel, type Cells, checkCells, describesBuffer, isBuffer, readBuffer, type RowModel } from "./buffer";
import { isObject, type Json } from "../transport/json";
import { Desync, isLegalKey, type Op, type Segment } from "../transport/ops";
import type { CardState } from "./card";
import { appended, inserted, removed, update, withKey } from "./tree";

/**
 * A frame in the making. Cards are copied on write, so an abandoned frame leaves them alone; rows and buffers are
 * written in place and their first values of the frame are kept for {@link undo}.
 */
export class PageDraft {
  /** The cards as they will be. The very map that was passed in until a card changes. */
  cards: ReadonlyMap<string, CardState>;
  /** Whether cards came, went or were replaced. */
  structural = false;
  /** What the frame assigned: a card, or one of its properties. */
  readonly assigned: (readonly [key: string, prop: string | undefined])[] = [];
  readonly #before: ReadonlyMap<string, CardState>;
  readonly #cells = new Map<RowModel, Cells>();
  readonly #rows = new Map<BufferModel, readonly RowModel[]>();

  constructor(cards: ReadonlyMap<string, CardState>) {
    this.cards = this.#before = cards;
  }

  /** @throws Desync if the op does not fit; the draft can then only be undone. */
  apply(op: Op): void {
    const [, path] = op;
    const [key, prop] = path;
    if (key === undefined) {
      if (op[0] !== "d") throw new Desync("only a delete may name the whole page");
      this.cards = new Map();
      this.structural = true;
    } else if (typeof key !== "string") {
      throw new Desync("the key of a card is text");
    } else if (prop === undefined) {
      this.#applyToCard(key, op);
    } else {
      const card = this.#card(key);
      const value = Object.hasOwn(card, propName(prop)) ? card[prop] : undefined;
      const inside = path.length > 2 || op[0] === "i" || op[0] === "x"; // else the op is about the property as a whole
      if (value instanceof BufferModel && inside) this.#applyToBuffer(value, op);
      else this.#applyToProp(key, propName(prop), value, op);
    }
  }

  /** Add a card, or replace it where it stands. */
  putCard(key: string, json: Json | undefined): void {
    if (!isLegalKey(key)) throw new Desync(`illegal card ${JSON.stringify(key)}`);
    if (!isObject(json)) throw new Desync("a card is an object");
    if (typeof json["view"] !== "string" || typeof json["box"] !== "string") throw new Desync("a card has a view and a box");
    const props = Object.entries(json).map(([name, value]) => [propName(name), readProp(value)] as const);
    this.#put(key, Object.fromEntries(props) as CardState);
    this.structural = true;
  }

  /** Put rows and buffers back as they were before the frame. */
  undo(): void {
    for (const [row, cells] of this.#cells) row.cells = cells;
    for (const [buffer, rows] of this.#rows) buffer.reset(rows);
  }

  /** Tell the subscribers of rows and buffers. */
  notify(): void {
    for (const buffer of this.#rows.keys()) buffer.listeners.notify();
    for (const row of this.#cells.keys()) row.listeners.notify();
  }

  #card(key: string): CardState {
    const card = this.cards.get(key);
    if (card === undefined) throw new Desync(`no card ${JSON.stringify(key)}`);
    return card;
  }

  #writable(): Map<string, CardState> {
    if (this.cards === this.#before) this.cards = new Map(this.#before);
    return this.cards as Map<string, CardState>;
  }

  #put(key: string, card: CardState): void {
    this.#writable().set(key, card);
  }

  #applyToCard(key: string, op: Op): void {
    if (op[0] === "s") {
      this.putCard(key, op[2]);
      this.assigned.push([key, undefined]);
    } else if (op[0] === "d") {
      this.#card(key);
      this.#writable().delete(key);
      this.structural = true;
    } else {
      throw new Desync("a card is neither text nor a list");
    }
  }

  #applyToProp(key: string, prop: string, value: Json | Buffer | undefined, op: Op): void {
    const path = op[1];
    let next: Json | Buffer | undefined;
    if (path.length === 2 && op[0] === "s") {
      next = readProp(op[2]);
      this.assigned.push([key, prop]);
    } else if (path.length === 2 && op[0] === "d") {
      if (value === undefined) throw new Desync(`no property ${prop}`);
      next = undefined;
    } else if (isBuffer(value)) throw new Desync("a buffer is no text");
    else next = update(value, path, 2, leafChange(op));
    if ((prop === "view" || prop === "box") && typeof next !== "string") throw new Desync(`${prop} is text`);
    this.#put(key, withKey(this.#card(key), prop, next));
  }

  #applyToBuffer(buffer: BufferModel, op: Op): void {
    const path = op[1];
    const [, , id, field] = path;
    if (id === undefined) {
      if (op[0] !== "i" && op[0] !== "x") throw new Desync("a buffer is no text");
      this.#keep(buffer);
      if (op[0] === "i") buffer.insert(op[2], op[3]);
      else buffer.remove(op[2], op[3]);
      return;
    }
    const row = buffer.row(id);
    if (field === undefined) {
      if (op[0] === "s") this.#write(buffer, row, checkCells(op[2], buffer.fields));
      else if (op[0] === "d") {
        this.#keep(buffer);
        buffer.remove(buffer.rows.indexOf(row), 1);
      } else throw new Desync("a row is neither text nor a list");
      return;
    }
    const at = typeof field === "string" ? buffer.fields.indexOf(field) : -1;
    if (row.cells === null || at < 0) throw new Desync(`no cell ${JSON.stringify(field)}`);
    // Everything that did not change stays the same object, so that only what shows the rest is drawn again.
    const cell = update(row.cells[at], path, 4, leafChange(op));
    if (cell === undefined) throw new Desync("a cell cannot be deleted");
    this.#write(buffer, row, row.cells.with(at, cell));
  }

  #write(buffer: BufferModel, row: RowModel, cells: Cells): void {
    if (!this.#cells.has(row)) this.#cells.set(row, row.cells);
    // A row that becomes or ceases to be empty changes what a list shows, as an insertion does.
    if ((row.cells === null) !== (cells === null)) {
      this.#keep(buffer);
      buffer.renew();
    }
    row.cells = cells;
  }

  /** Remember the rows of a buffer as they were, before the first change of the frame. */
  #keep(buffer: BufferModel): void {
    if (!this.#rows.has(buffer)) this.#rows.set(buffer, buffer.rows);
  }
}

function propName(segment: Segment): string {
  if (typeof segment !== "string" || !isLegalKey(segment) || segment.startsWith("~")) {
    throw new Desync(`illegal property ${JSON.stringify(segment)}`);
  }
  return segment;
}

function readProp(json: Json): Json | BufferModel {
  return describesBuffer(json) ? readBuffer(json) : json;
}

/** What an op does to a plain value, as a function of the old one. */
function leafChange(op: Op): (leaf: Json | undefined) => Json | undefined {
  switch (op[0]) {
    case "s":
      return () => op[2];
    case "d":
      return (leaf) => {
        if (leaf === undefined) throw new Desync(`nothing to delete at ${JSON.stringify(op[1])}`);
        return undefined;
      };
    case "a":
      return (leaf) => appended(leaf, op[2], op[3]);
    case "i":
      return (leaf) => inserted(leaf, op[2], op[3]);
    case "x":
      return (leaf) => removed(leaf, op[2], op[3]);
  }
}
