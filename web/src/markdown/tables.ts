import type { Tokens } from "marked";
import { type Context, type InlineEntry, syncInline } from "./inline";

interface Cell {
  readonly node: HTMLElement;
  readonly inline: InlineEntry[];
  text: string;
}

/** A table that is shown. Rows are added and changed in place; for other columns it is made anew. */
export interface TableParts {
  /** The box around the table, which scrolls where the table is too wide. */
  readonly node: HTMLElement;
  readonly head: HTMLElement;
  readonly table: HTMLElement;
  body: HTMLElement | null;
  readonly header: Cell[];
  readonly rows: { readonly node: HTMLElement; readonly cells: Cell[] }[];
}

export function tableParts(): TableParts {
  const node = document.createElement("div");
  node.className = "table";
  node.tabIndex = 0;
  const table = document.createElement("table");
  const headRow = document.createElement("tr");
  const head = document.createElement("thead");
  head.append(headRow);
  table.append(head);
  node.append(table);
  return { node, head: headRow, table, body: null, header: [], rows: [] };
}

export function syncTable(parts: TableParts, token: Tokens.Table, context: Context): void {
  syncCells(parts.head, parts.header, token.header, context);
  if (token.rows.length > 0 && parts.body === null) {
    parts.body = document.createElement("tbody");
    parts.table.append(parts.body);
  }
  for (const [index, cells] of token.rows.entries()) {
    let row = parts.rows[index];
    if (row === undefined) {
      parts.rows[index] = row = { node: document.createElement("tr"), cells: [] };
      parts.body?.append(row.node);
    }
    syncCells(row.node, row.cells, cells, context);
  }
  for (const gone of parts.rows.splice(token.rows.length)) gone.node.remove();
  if (token.rows.length === 0) {
    parts.body?.remove();
    parts.body = null;
  }
}

function syncCells(row: Node, cells: Cell[], tokens: readonly Tokens.TableCell[], context: Context): void {
  for (const [index, token] of tokens.entries()) {
    let cell = cells[index];
    if (cell === undefined) {
      const node = document.createElement(token.header ? "th" : "td");
      if (node instanceof HTMLTableCellElement && token.header) node.scope = "col";
      // A class, since the content security policy leaves no room for inline styles.
      if (token.align !== null) node.className = token.align;
      cells[index] = cell = { node, inline: [], text: "" };
      row.appendChild(node);
    }
    if (cell.text === token.text) continue;
    syncInline(cell.node, cell.inline, token.tokens, context);
    cell.text = token.text;
  }
  for (const gone of cells.splice(tokens.length)) gone.node.remove();
}
