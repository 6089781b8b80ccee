/** Cells as a file for spreadsheets. */

/** A cell that a spreadsheet would take for a formula; a number is none. */
const FORMULA = /^[=+\-@\t\r]/;
const NUMBER = /^[+-]?\d[\d.,]{0,30}%?$/;

/** A cell as text: a formula gets an apostrophe before it. */
export const asCell = (text: string): string => (FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text);

/** As RFC 4180 says. */
export function asCsv(cells: readonly (readonly string[])[]): string {
  return cells.map((row) => row.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(",")).join("\r\n") + "\r\n";
}

/** Give the user a file. */
export function saveCsv(name: string, csv: string): void {
  const link = document.createElement("a");
  // With its mark programs read it as UTF-8.
  link.href = URL.createObjectURL(new Blob(["\ufeff", csv], { type: "text/csv;charset=utf-8" }));
  link.download = name;
  link.click();
  setTimeout(() => {
    URL.revokeObjectURL(link.href);
  }, 10_000);
}
