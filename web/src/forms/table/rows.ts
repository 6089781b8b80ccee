/** Which rows of a table are shown, in which order and below which groups. Nothing here touches the page. */
import { locale } from "../../i18n/locale";
import { asText, list, record, str, type Values } from "../../page/read";
import type { TableColumn } from "../../page/cards.gen";

export interface Row {
  readonly name: string;
  readonly cells: readonly unknown[];
  /** Index of the app's group that it is in. */
  readonly group: number;
}

/** A line is a row, by its index, or the head of a group, by `~` its index. */
export type Line = number;

export interface Group {
  readonly label: string;
  readonly count: number;
}

export interface Wanted {
  readonly search: string;
  /** Values that rows must have, by the name of the column. */
  readonly filters: Readonly<Record<string, readonly string[]>>;
  readonly sort: { readonly column: string; readonly ascending: boolean } | undefined;
  /** Name of the column to group by. */
  readonly groupBy: string | undefined;
}

export interface Shown {
  readonly rows: readonly number[];
  readonly groups: readonly Group[];
  /** The rows of each group. */
  readonly members: readonly (readonly number[])[];
}

/** Milliseconds since the epoch of ISO 8601 or of a number; NaN for anything else. */
export function timeOf(cell: unknown): number {
  const epoch = Number(cell);
  return Number.isNaN(epoch) || cell === "" ? Date.parse(asText(cell)) : epoch;
}

/** The properties of a column's cell type, if it has that one. */
export const cellType = (column: TableColumn | undefined, tag: string): Values | undefined => {
  const inner = record(column?.cell_type)[tag];
  return typeof inner === "object" && inner !== null ? record(inner) : undefined;
};

/** The values of a cell that a filter compares: of a cell of tags each of them. */
const valuesOf = (cell: unknown, tags: boolean): readonly string[] => (tags ? asText(cell).split(",") : [asText(cell)]);

/** The rows of a table with what was worked out about them: keys to sort by and texts to search in. */
export class Rows {
  readonly #columns: readonly TableColumn[];
  readonly #all: readonly Row[];
  readonly #given: readonly string[];
  readonly #keys = new Map<number, readonly (string | number)[]>();
  /** The searchable texts of the rows, as far as they are made. */
  readonly #texts: string[] = [];

  /** @param groups The labels of the app's groups. */
  constructor(columns: readonly TableColumn[], rows: readonly Row[], groups: readonly string[] = []) {
    this.#columns = columns;
    this.#all = rows;
    this.#given = groups;
  }

  get size(): number {
    return this.#all.length;
  }

  at(index: number): Row | undefined {
    return this.#all[index];
  }

  #index(name: string): number {
    return this.#columns.findIndex((column) => column.name === name);
  }

  /** The values that the filter of a column offers, in the order in which they come. */
  values(column: TableColumn): readonly string[] {
    const at = this.#index(column.name);
    const tags = cellType(column, "tag") !== undefined;
    const given = column.filters ?? this.#all.map(({ cells }) => cells[at]);
    return [...new Set(given.flatMap((cell) => valuesOf(cell, tags)))].filter((value) => value !== "");
  }

  show(wanted: Wanted): Shown {
    const rows = this.#sorted(this.#searched(this.#filtered(wanted.filters), wanted.search), wanted.sort);
    if (this.#given.length > 0) return this.#inGroups(rows, this.#given, (row) => this.#given[row.group] ?? "");
    const at = wanted.groupBy === undefined ? -1 : this.#index(wanted.groupBy);
    if (at < 0) return { rows, groups: [], members: [] };
    const labels = new Set(this.#all.map(({ cells }) => asText(cells[at])));
    return this.#inGroups(rows, [...labels].sort(byLabel), ({ cells }) => asText(cells[at]));
  }

  #filtered(filters: Wanted["filters"]): readonly number[] {
    const checks = Object.entries(filters).flatMap(([name, values]) => {
      const at = this.#index(name);
      if (values.length === 0 || at < 0) return [];
      return [{ at, wanted: new Set(values), tags: cellType(this.#columns[at], "tag") !== undefined }];
    });
    const all = [...this.#all.keys()];
    if (checks.length === 0) return all;
    return all.filter((index) => checks.every(({ at, wanted, tags }) => valuesOf(this.#all[index]?.cells[at], tags).some((value) => wanted.has(value))));
  }

  /**
   * Make the texts of some more rows ready for searching: those of 100,000 rows take a quarter of a second.
   *
   * @returns Whether some are left.
   */
  prepare(count: number): boolean {
    const searchable = this.#columns.flatMap((column, at) => (column.searchable === true ? [at] : []));
    if (searchable.length === 0) return false;
    for (const { cells } of this.#all.slice(this.#texts.length, this.#texts.length + count)) {
      this.#texts.push(searchable.map((at) => asText(cells[at]).toLowerCase()).join("\n"));
    }
    return this.#texts.length < this.#all.length;
  }

  #searched(rows: readonly number[], search: string): readonly number[] {
    const wanted = search.toLowerCase();
    if (wanted === "" || !this.#columns.some(({ searchable }) => searchable === true)) return rows;
    this.prepare(this.#all.length);
    const texts = this.#texts;
    return rows.filter((index) => texts[index]?.includes(wanted));
  }

  #sorted(rows: readonly number[], sort: Wanted["sort"]): readonly number[] {
    const at = sort === undefined ? -1 : this.#index(sort.column);
    if (sort === undefined || at < 0) return rows;
    let keys = this.#keys.get(at);
    if (!keys) this.#keys.set(at, (keys = this.#keysOf(at)));
    const compare = comparer(keys);
    const way = sort.ascending ? 1 : -1;
    return rows.toSorted((one, other) => way * compare(one, other));
  }

  #keysOf(at: number): readonly (string | number)[] {
    const type = this.#columns[at]?.data_type;
    if (type === "number") return this.#all.map(({ cells }) => Number(cells[at]));
    if (type === "time") return this.#all.map(({ cells }) => timeOf(cells[at]));
    return this.#all.map(({ cells }) => asText(cells[at]).toLowerCase());
  }

  #inGroups(rows: readonly number[], labels: readonly string[], labelOf: (row: Row) => string): Shown {
    const places = new Map(labels.map((label, at) => [label, at]));
    const members: number[][] = labels.map(() => []);
    for (const index of rows) {
      const row = this.#all[index];
      if (row) members[places.get(labelOf(row)) ?? 0]?.push(index);
    }
    return { rows, groups: labels.map((label, at) => ({ label, count: members[at]?.length ?? 0 })), members };
  }
}

/** How many rows are made ready for searching at once, so that the page stays usable. */
const PREPARED = 4000;

/** Make rows ready for searching while nothing else happens; returns a function that stops it. */
export function prepareLater(rows: Rows): () => void {
  let next = setTimeout(prepare);
  function prepare(): void {
    if (rows.prepare(PREPARED)) next = setTimeout(prepare);
  }
  return () => {
    clearTimeout(next);
  };
}

/** Plain texts compare by their letters, as in Wave; others as the reader's language orders them. Numbers that are none come last. */
function comparer(keys: readonly (string | number)[]): (one: number, other: number) => number {
  if (typeof keys[0] === "number") {
    return (one, other) => {
      const [a, b] = [keys[one] as number, keys[other] as number];
      return Number.isNaN(a) ? (Number.isNaN(b) ? 0 : 1) : Number.isNaN(b) ? -1 : a - b;
    };
  }
  const foreign = keys.some((key) => /[^\0-\x7f]/.test(key as string));
  if (foreign) {
    const { compare } = new Intl.Collator(locale());
    return (one, other) => compare(keys[one] as string, keys[other] as string);
  }
  return (one, other) => {
    const [a, b] = [keys[one] ?? "", keys[other] ?? ""];
    return a < b ? -1 : a > b ? 1 : 0;
  };
}

/** Numbers before dates before texts, each in its order. */
function byLabel(one: string, other: string): number {
  for (const read of [Number, Date.parse]) {
    const [a, b] = [read(one), read(other)];
    if (!Number.isNaN(a) && !Number.isNaN(b)) return a - b;
  }
  return one < other ? -1 : one > other ? 1 : 0;
}

/** The app's rows as the table works with them. */
export function rowsOf(rows: unknown, groups: readonly Values[]): readonly Row[] {
  const read = (given: unknown, group: number): Row[] =>
    list(given).map((one) => {
      const row = record(one);
      return { name: str(row["name"]) ?? "", cells: list(row["cells"]), group };
    });
  return groups.length > 0 ? groups.flatMap((group, at) => read(group["rows"], at)) : read(rows, -1);
}
