/** The values of a template: a dict, or the rows of a buffer. */
import { follow } from "../page/follow";
import { record } from "../page/read";
import { isBuffer } from "../page/state";

/** Read what a card has as `data`, reactively; a buffer is a list of its rows. */
export function templateValues(data: unknown): unknown {
  if (!isBuffer(data)) return data ?? {};
  const { fields } = data;
  const rows = follow(data, (from) => from.rows)();
  return rows.flatMap((row) => {
    const cells = follow(row, (from) => from.cells)();
    return cells === null ? [] : [record(Object.fromEntries(fields.map((field, at) => [field, cells[at]])))];
  });
}
