/** What a table can do: it is copied as one of a spreadsheet or as Markdown, saved as CSV, and shown in portions. */
import { text as words } from "words:markdown";
import { text as page } from "words:page";
import { COPIED_MS, copyText } from "../../ui/copy";
import { asCell, asCsv, saveCsv } from "../../ui/csv";
import { plainText } from "../inline";
import { PORTION } from "../tables";
import type { TableParts } from "../types";

/** The words of a table, row by row; a formula becomes text. */
export function cellsOf({ token }: TableParts): string[][] {
  return [token?.header ?? [], ...(token?.rows ?? [])].map((row) =>
    row.map((cell) => asCell(plainText(cell.tokens).replaceAll("\0", "").trim())),
  );
}

/** As spreadsheets take it from the clipboard. */
export function asTsv(cells: readonly (readonly string[])[]): string {
  return cells.map((row) => row.map((cell) => cell.split(/[\t\r\n]/).join(" ")).join("\t")).join("\n");
}

const tools = new WeakMap<TableParts, { readonly more: HTMLElement }>();

export function tableTools(parts: TableParts): void {
  let made = tools.get(parts);
  if (!made) {
    const [bar, more] = [document.createElement("div"), document.createElement("span")];
    bar.className = "table-tools";
    more.className = "more";
    bar.append(
      more,
      copying(words.copyTable, parts, () => asTsv(cellsOf(parts))),
      copying(words.copyMarkdown, parts, () => parts.token?.raw.trimEnd() ?? ""),
      button(words.csv, words.saveCsv, () => {
        saveCsv("table.csv", asCsv(cellsOf(parts)));
      }),
    );
    parts.node.append(bar);
    tools.set(parts, (made = { more }));
  }
  const rows = (parts.token?.rows.length ?? 0) - parts.limit.rows;
  const columns = (parts.token?.header.length ?? 0) - parts.limit.columns;
  made.more.replaceChildren(
    ...(rows > 0 ? [enlarging(words.moreRows({ count: Math.min(rows, PORTION.rows), left: rows }), parts, "rows")] : []),
    ...(columns > 0 ? [enlarging(words.moreColumns({ count: Math.min(columns, PORTION.columns), left: columns }), parts, "columns")] : []),
  );
}

function enlarging(label: string, parts: TableParts, what: "rows" | "columns"): HTMLButtonElement {
  return button(label, label, () => {
    parts.limit[what] += PORTION[what];
    parts.draw();
  });
}

function copying(label: string, parts: TableParts, read: () => string): HTMLButtonElement {
  const made = button(label, label, () => {
    void copyText(read(), parts.table).then((done) => {
      if (!done) return;
      made.textContent = page.copied;
      setTimeout(() => (made.textContent = label), COPIED_MS);
    });
  });
  made.setAttribute("aria-live", "polite");
  return made;
}

function button(label: string, name: string, act: () => void): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = label;
  if (name !== label) made.setAttribute("aria-label", name);
  made.addEventListener("click", act);
  return made;
}
