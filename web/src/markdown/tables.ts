import type { Tokens } from "marked";
import { syncInline } from "./inline";
import { extensions, wantExtensions } from "./extensions";
import type { Cell, Context, TableParts } from "./types";

/** So many rows and columns are drawn at first, and as many more at each request: a browser lays out all of them. */
export const PORTION = { rows: 100, columns: 40 } as const;

export function tableParts(): TableParts {
  const node = document.createElement("div");
  node.className = "table-box";
  // What is too wide scrolls inside, which has to work without a mouse.
  const scroller = document.createElement("div");
  scroller.className = "table";
  scroller.tabIndex = 0;
  const table = document.createElement("table");
  const headRow = document.createElement("tr");
  const head = document.createElement("thead");
  head.append(headRow);
  table.append(head);
  scroller.append(table);
  node.append(scroller);
  return { node, head: headRow, table, body: null, header: [], rows: [], limit: { ...PORTION }, token: undefined, draw: () => undefined };
}

export function syncTable(parts: TableParts, token: Tokens.Table, context: Context): void {
  const { rows, columns } = parts.limit;
  parts.token = token;
  parts.draw = () => {
    syncTable(parts, token, context);
  };
  syncCells(parts.head, parts.header, token.header.slice(0, columns), context);
  if (token.rows.length > 0 && parts.body === null) {
    parts.body = document.createElement("tbody");
    parts.table.append(parts.body);
  }
  const shown = token.rows.slice(0, rows);
  for (const [index, cells] of shown.entries()) {
    let row = parts.rows[index];
    if (row === undefined) {
      parts.rows[index] = row = { node: document.createElement("tr"), cells: [] };
      parts.body?.append(row.node);
    }
    syncCells(row.node, row.cells, cells.slice(0, columns), context);
  }
  for (const gone of parts.rows.splice(shown.length)) gone.node.remove();
  if (token.rows.length === 0) {
    parts.body?.remove();
    parts.body = null;
  }
  const part = extensions();
  if (part) part.table(parts);
  else wantExtensions(() => extensions()?.table(parts));
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
