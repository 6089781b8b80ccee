import type { MarkedToken, Token, Tokens } from "marked";
import { type CodeBlock, codeBlock, setCode } from "./code";
import { decodeEntities } from "./entities";
import { checkbox, type Context, type InlineEntry, syncInline } from "./inline";
import { type TableParts, syncTable, tableParts } from "./tables";

/** A block that is shown, what it was made of, and what is needed to change it where it stands. */
export interface BlockEntry {
  readonly type: string;
  /** What cannot be changed in place, such as the level of a heading. */
  readonly kind: string;
  source: string;
  readonly node: HTMLElement;
  readonly inline: InlineEntry[];
  readonly children: BlockEntry[];
  readonly code?: CodeBlock;
  readonly table?: TableParts;
}

/**
 * Make `entries`, which stand in `parent` behind `after`, show these tokens.
 *
 * Blocks of the same source stay, blocks that have grown are changed in place, others are made anew.
 *
 * @param nested Whether this is inside another block; only outermost blocks find out their direction.
 */
export function syncBlocks(
  parent: Node,
  after: Node | null,
  entries: BlockEntry[],
  tokens: readonly Token[],
  context: Context,
  nested: boolean,
): void {
  let last = after;
  let index = 0;
  for (const token of tokens as readonly MarkedToken[]) {
    if (token.type === "space" || token.type === "def") continue;
    let entry = entries[index];
    if (entry === undefined || entry.type !== token.type || entry.kind !== kindOf(token)) {
      const made = create(token);
      if (!nested && made.code === undefined) made.node.dir = "auto";
      if (entry === undefined) parent.insertBefore(made.node, last === null ? parent.firstChild : last.nextSibling);
      else parent.replaceChild(made.node, entry.node);
      entries[index] = entry = made;
      update(entry, token, context);
    } else if (entry.source !== sourceOf(token)) {
      update(entry, token, context);
    }
    entry.source = sourceOf(token);
    last = entry.node;
    index++;
  }
  for (const gone of entries.splice(index)) parent.removeChild(gone.node);
}

/** What is shown depends on nothing but this, the definitions and the kind. */
function sourceOf(token: MarkedToken): string {
  // A blank line anywhere in a list makes paragraphs of the texts of all its items.
  return token.type === "list_item" && token.loose ? `loose ${token.raw}` : token.raw;
}

function kindOf(token: MarkedToken): string {
  switch (token.type) {
    case "heading":
      return String(token.depth);
    case "list":
      return token.ordered ? "ol" : "ul";
    case "table":
      return token.align.join();
    case "checkbox":
      return String(token.checked);
    default:
      return "";
  }
}

function create(token: MarkedToken): BlockEntry {
  const entry = { type: token.type, kind: kindOf(token), source: "", inline: [], children: [] };
  switch (token.type) {
    case "code": {
      const code = codeBlock("", "");
      return { ...entry, node: code.node, code };
    }
    case "table": {
      const table = tableParts();
      return { ...entry, node: table.node, table };
    }
    case "checkbox":
      return { ...entry, node: checkbox(token.checked) };
    default:
      return { ...entry, node: document.createElement(elementOf(token)) };
  }
}

function elementOf(token: MarkedToken): string {
  switch (token.type) {
    case "heading":
      // The page has its own first two levels of headings.
      return `h${Math.min(token.depth + 2, 6)}`;
    case "list":
      return token.ordered ? "ol" : "ul";
    case "list_item":
      return "li";
    case "blockquote":
      return "blockquote";
    case "hr":
      return "hr";
    case "text":
      // The text of an item in a list without blank lines; an entry is one node.
      return "span";
    default:
      return "p";
  }
}

function update(entry: BlockEntry, token: MarkedToken, context: Context): void {
  switch (token.type) {
    case "heading":
    case "paragraph":
      syncInline(entry.node, entry.inline, token.tokens, context);
      break;
    case "blockquote":
    case "list_item":
      syncBlocks(entry.node, null, entry.children, token.tokens, context, true);
      break;
    case "list":
      if (token.start === "" || token.start === 1) entry.node.removeAttribute("start");
      else entry.node.setAttribute("start", String(token.start));
      syncBlocks(entry.node, null, entry.children, token.items, context, true);
      break;
    case "code":
      if (entry.code === undefined) break;
      entry.code.setLanguage(languageOf(token));
      setCode(entry.code, shownCode(token));
      break;
    case "table":
      if (entry.table !== undefined) syncTable(entry.table, token, context);
      break;
    case "hr":
    case "checkbox":
      break;
    case "text":
      syncInline(entry.node, entry.inline, token.tokens ?? [token], context);
      break;
    default:
      entry.node.textContent = token.raw;
  }
}

function languageOf(token: Tokens.Code): string {
  return /^\S*/.exec(decodeEntities(token.lang ?? ""))?.[0] ?? "";
}

/** The lines without the last line end, so that a copy ends where the code does. */
function shownCode(token: Tokens.Code): string {
  return token.text.endsWith("\n") ? token.text.slice(0, -1) : token.text;
}
