import { isList, isObject, own, type Json, type JsonObject } from "../transport/json";
import { Listeners } from "../transport/listeners";
import { Desync, isLegalKey } from "../transport/ops";

/** Name of a row: an integer for the buffers that count their rows, text for those with keys. */
export type RowId = number | string;

/** One value for each field of the buffer, or null for a row that shows nothing. */
export type Cells = readonly Json[] | null;

/** A live row: the object stays the same while its cells change. */
export interface Row {
  readonly id: RowId;
  readonly cells: Cells;
  /** The value of a field; undefined if there is no such field or the row is empty. */
  cell(field: string): Json | undefined;
  /** Called after a frame that changed the cells of this row. Returns a function that unsubscribes. */
  subscribe(fn: () => void): () => void;
}

/** Typed rows on a card. */
export interface Buffer {
  /** `list`, `map`, `cyclic` or `fixed`; only information, all behave alike here. */
  readonly kind: string;
  readonly fields: readonly string[];
  /** In order. A new array whenever rows came, went, or became or ceased to be empty. */
  readonly rows: readonly Row[];
  /** Called after a frame that changed `rows`; not for changed cells. Returns a function that unsubscribes. */
  subscribe(fn: () => void): () => void;
}

/** A row that the page can write to. */
export class RowModel implements Row {
  readonly id: RowId;
  cells: Cells;
  readonly listeners = new Listeners();
  readonly #fields: readonly string[];

  constructor(id: RowId, cells: Cells, fields: readonly string[]) {
    this.id = id;
    this.cells = cells;
    this.#fields = fields;
  }

  cell(field: string): Json | undefined {
    return this.cells?.[this.#fields.indexOf(field)];
  }

  subscribe(fn: () => void): () => void {
    return this.listeners.add(fn);
  }
}

/** A buffer that the page can write to. `rows` is replaced, never changed in place, once a frame is done. */
export class BufferModel implements Buffer {
  readonly kind: string;
  readonly fields: readonly string[];
  readonly listeners = new Listeners();
  readonly #byId = new Map<RowId, RowModel>();
  #rows: readonly RowModel[] = [];

  constructor(kind: string, fields: readonly string[]) {
    this.kind = kind;
    this.fields = fields;
  }

  get rows(): readonly RowModel[] {
    return this.#rows;
  }

  /** Go back to an earlier array of rows, the one from before a frame that failed. */
  reset(rows: readonly RowModel[]): void {
    this.#rows = rows;
    this.#byId.clear();
    for (const row of rows) this.#byId.set(row.id, row);
  }

  /** Start a new array of the same rows, so that readers notice the change. */
  renew(): void {
    this.#rows = this.#rows.slice();
  }

  /** @throws Desync if there is no such row. */
  row(id: RowId): RowModel {
    const row = this.#byId.get(id);
    if (row === undefined) throw new Desync(`no row ${JSON.stringify(id)}`);
    return row;
  }

  /** Put rows before position `at`. */
  insert(at: number, items: readonly Json[]): void {
    if (at > this.#rows.length) throw new Desync(`cannot insert at ${at} of ${this.#rows.length} rows`);
    const rows = items.map((item) => readRow(item, this.fields));
    for (const row of rows) {
      if (this.#byId.has(row.id)) throw new Desync(`row ${JSON.stringify(row.id)} exists`);
      this.#byId.set(row.id, row);
    }
    // Not `splice(at, 0, ...rows)`: a long history would not fit on the stack as arguments.
    this.#rows = [...this.#rows.slice(0, at), ...rows, ...this.#rows.slice(at)];
  }

  /** Take out `count` rows from position `at`. */
  remove(at: number, count: number): void {
    if (at + count > this.#rows.length) throw new Desync(`cannot remove ${count} at ${at} of ${this.#rows.length} rows`);
    for (const row of this.#rows.slice(at, at + count)) this.#byId.delete(row.id);
    this.#rows = this.#rows.toSpliced(at, count);
  }

  subscribe(fn: () => void): () => void {
    return this.listeners.add(fn);
  }

  toJSON(): JsonObject {
    return { "~b": this.kind, f: this.fields, r: this.#rows.map((row): Json => [row.id, row.cells]) };
  }
}

/** Tell a buffer from the plain values of a card. */
export function isBuffer(value: unknown): value is Buffer {
  return value instanceof BufferModel;
}

/** Whether plain JSON describes a buffer. */
export function describesBuffer(value: Json): value is JsonObject {
  return isObject(value) && Object.hasOwn(value, "~b");
}

/**
 * Build a buffer from its JSON.
 *
 * @throws Desync if it is malformed: fields that repeat, a row of the wrong length, an id that repeats.
 */
export function readBuffer(json: JsonObject): BufferModel {
  const kind = own(json, "~b");
  const fields = own(json, "f");
  const rows = own(json, "r");
  if (typeof kind !== "string" || !isList(fields) || !isList(rows)) throw new Desync("malformed buffer");
  const names = fields.filter((field): field is string => typeof field === "string" && isLegalKey(field));
  if (names.length !== fields.length || new Set(names).size !== names.length) throw new Desync("malformed fields");
  const buffer = new BufferModel(kind, names);
  buffer.insert(0, rows);
  return buffer;
}

/** @throws Desync if `cells` are neither null nor one value for each field. */
export function checkCells(cells: Json, fields: readonly string[]): Cells {
  if (cells === null) return null;
  if (!isList(cells) || cells.length !== fields.length) throw new Desync(`a row has ${fields.length} cells`);
  return cells;
}

function readRow(item: Json, fields: readonly string[]): RowModel {
  if (!isList(item) || item.length !== 2) throw new Desync("a row is an id and its cells");
  const [id, cells] = item;
  const sound = typeof id === "string" ? isLegalKey(id) : Number.isSafeInteger(id);
  if (!sound || cells === undefined) throw new Desync(`illegal row ${JSON.stringify(id)}`);
  return new RowModel(id as RowId, checkCells(cells, fields), fields);
}
