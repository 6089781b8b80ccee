/** What an app sends to a card as a buffer, as a list or as a record. */
import { filled } from "../markup/handlebars";
import { follow } from "../page/follow";
import { record, records, type Values } from "../page/read";
import { isBuffer, type Buffer, type Row } from "../page/state";
import { eachRow } from "./rows";

/** A record: a row of a buffer, or an entry of a list. */
export interface Entry {
  readonly id: string | number;
  cell(field: string): unknown;
  values(): Values;
}

const valuesOf = (buffer: Buffer, row: Row): Values => Object.fromEntries(buffer.fields.map((field) => [field, row.cell(field)]));

/** The values that `data` has for the templates of a card: a record, or the first row of a buffer. */
export function cardValues(data: () => unknown): () => Values {
  const buffer = $derived(buffered(data()));
  const readRow = $derived(follow(buffer, (from) => from?.rows.find((row) => row.cells !== null)));
  const row = $derived(readRow());
  const read = $derived(follow(row, (from) => (buffer && from ? valuesOf(buffer, from) : record(data()))));
  return () => read();
}

/** A function that writes the texts of a card with the values of its `data`. */
export function texts(data: () => unknown): (text: unknown) => string {
  const values = cardValues(data);
  return (text) => (typeof text !== "string" ? "" : /^=[^=]/.test(text) ? filled(text, values(), (value) => value) : text);
}

/** The records of a card, in order: every change of one is followed. An empty slot of a fixed buffer has no values. */
export function cardRows(data: () => unknown): () => readonly Entry[] {
  const buffer = $derived(buffered(data()));
  const read = $derived(follow(buffer, (from) => (from ? entries(from) : records(data()).map(entry)), eachRow));
  return () => read();
}

const buffered = (data: unknown): Buffer | undefined => (isBuffer(data) ? data : undefined);

const entry = (values: Values, id: number): Entry => ({ id, cell: (field) => values[field], values: () => values });

function entries(buffer: Buffer): readonly Entry[] {
  const rows = buffer.kind === "fixed" ? buffer.rows : buffer.rows.filter((row) => row.cells !== null);
  return rows.map((row) => ({ id: row.id, cell: (field) => row.cell(field), values: () => valuesOf(buffer, row) }));
}
