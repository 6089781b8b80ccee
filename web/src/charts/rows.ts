/**
 * The rows of a chart, on their way from the page into the runtime that draws them: what came, went and changed since the
 * last drawing, so that a chart of many rows is not drawn from zero.
 */
import { isBuffer, type Buffer, type Row } from "../page/buffer";
import { record, strings } from "../page/read";
import type { Json } from "../transport/json";

/** Rows with named fields that change only when the app assigns some. */
export interface Table {
  readonly fields: readonly string[];
  readonly rows: readonly (readonly Json[])[];
}

/** A row as the runtime holds it; it writes what it works out into the same object. */
export type Tuple = Record<string, unknown>;

/** Read what a card or component has as `data`. */
export function sourceOf(data: unknown): Buffer | Table | undefined {
  if (isBuffer(data)) return data;
  const { fields, rows } = record(data);
  return Array.isArray(fields) && Array.isArray(rows) ? { fields: strings(fields), rows: rows as Table["rows"] } : undefined;
}

/** The cells of all rows that show something. */
export const cellsOf = (source: Buffer | Table): readonly (readonly Json[])[] =>
  isBuffer(source) ? source.rows.flatMap((row) => (row.cells === null ? [] : [row.cells])) : source.rows;

/** What to change in the runtime. */
export interface Change {
  readonly remove: readonly Tuple[];
  readonly insert: readonly Tuple[];
  /** Values of tuples that stay: tuple, name, value. */
  readonly modify: readonly (readonly [Tuple, string, unknown])[];
}

/** The tuples of a source of rows. */
export class Tuples {
  /** In the order of the rows. */
  list: readonly Tuple[];
  readonly #make: (cells: readonly Json[]) => Tuple;
  readonly #source: Buffer | Table;
  readonly #known = new Map<Row, { readonly tuple: Tuple; readonly stop: () => void }>();
  readonly #dirty = new Set<Row>();
  readonly #stop: () => void;
  #moved = false;

  /** @param changed Called when `take` has something; also many times before it is called. */
  constructor(source: Buffer | Table, make: (cells: readonly Json[]) => Tuple, changed: () => void) {
    this.#source = source;
    this.#make = make;
    if (!isBuffer(source)) {
      this.list = source.rows.map(make);
      this.#stop = () => undefined;
      return;
    }
    this.list = [];
    this.#stop = source.subscribe(() => {
      this.#moved = true;
      changed();
    });
    this.#changed = changed;
    this.#insert(source);
  }
  #changed: () => void = () => undefined;

  /** What changed since the last call. */
  take(): Change {
    const change = { remove: [] as Tuple[], insert: [] as Tuple[], modify: [] as [Tuple, string, unknown][] };
    const source = this.#source;
    if (!isBuffer(source)) return change;
    if (this.#moved) {
      this.#moved = false;
      const shown = source.rows.filter((row) => row.cells !== null);
      const there = new Set(shown);
      // Lines connect tuples in their order: rows that came before others mean all of them again.
      const first = shown.findIndex((row) => !this.#known.has(row));
      const between = first >= 0 && shown.slice(first).some((row) => this.#known.has(row));
      for (const [row, { tuple, stop }] of this.#known) {
        if (!between && there.has(row)) continue;
        stop();
        this.#known.delete(row);
        this.#dirty.delete(row);
        change.remove.push(tuple);
      }
      change.insert.push(...this.#insert(source));
    }
    for (const row of this.#dirty) {
      const tuple = this.#known.get(row)?.tuple;
      if (tuple === undefined || row.cells === null) continue;
      for (const [name, value] of Object.entries(this.#make(row.cells))) if (tuple[name] !== value && name !== ORDER) change.modify.push([tuple, name, value]);
    }
    this.#dirty.clear();
    return change;
  }

  /** Listen no longer. */
  stop(): void {
    this.#stop();
    for (const { stop } of this.#known.values()) stop();
    this.#known.clear();
  }

  #insert(source: Buffer): readonly Tuple[] {
    const added: Tuple[] = [];
    this.list = source.rows.flatMap((row) => {
      if (row.cells === null) return [];
      const known = this.#known.get(row);
      if (known !== undefined) return [known.tuple];
      const tuple = this.#make(row.cells);
      const stop = row.subscribe(() => {
        this.#dirty.add(row);
        this.#changed();
      });
      this.#known.set(row, { tuple, stop });
      added.push(tuple);
      return [tuple];
    });
    return added;
  }
}

/** Name of the value that counts tuples as they came; it stays with a tuple. */
export const ORDER = "i";
