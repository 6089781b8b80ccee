/** How to follow all that changes in a buffer. */
import type { Buffer, Row } from "../page/state";

/** Follow a buffer and each of its rows, those that come later as well. */
export function eachRow(buffer: Buffer, changed: () => void): () => void {
  const leave = new Map<Row, () => void>();
  const renew = (): void => {
    const rows = new Set(buffer.rows);
    for (const [row, end] of leave) {
      if (rows.has(row)) continue;
      end();
      leave.delete(row);
    }
    for (const row of rows) if (!leave.has(row)) leave.set(row, row.subscribe(changed));
  };
  renew();
  const end = buffer.subscribe(() => {
    renew();
    changed();
  });
  return () => {
    end();
    for (const one of leave.values()) one();
  };
}
