import type { MarkedToken, Token, Tokens } from "marked";
import { codeBlock, setCode, setLanguage } from "./code-block";
import { decodeEntities } from "./entities";
import { checkbox, syncInline } from "./inline";
import { extensions, wantExtensions } from "./extensions";
import { isClosed } from "./settle";
import { syncTable, tableParts } from "./tables";
import type { CodeBlock, Context, ExtensionBlock, InlineEntry, TableParts } from "./types";

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
  readonly extension?: ExtensionBlock;
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
      else entry.node.replaceWith(made.node);
      entries[index] = entry = made;
      update(entry, token, context);
    } else if (entry.source !== sourceOf(token)) {
      update(entry, token, context);
    }
    entry.source = sourceOf(token);
    last = entry.node;
    index++;
  }
  for (const gone of entries.splice(index)) gone.node.remove();
}

/** What is shown depends on nothing but this, the definitions and the kind. */
function sourceOf(token: MarkedToken): string {
  // A blank line anywhere in a list makes paragraphs of the texts of all its items.
  if (token.type === "list_item" && token.loose) return `loose ${token.raw}`;
  // A formula without its end is drawn once nothing more comes.
  if ("closed" in token) return `${String(token.closed)} ${(token as Token).raw}`;
  // Of a paragraph with indented lines the parser takes their white space away or not, by what comes behind it.
  return token.type === "paragraph" ? `${String(token.text.length)} ${token.raw}` : token.raw;
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
      const code = codeBlock(languageOf(token));
      return { ...entry, node: code.node, code };
    }
    case "table": {
      const table = tableParts();
      return { ...entry, node: table.node, table };
    }
    case "checkbox":
      return { ...entry, node: checkbox(token.checked) };
    default: {
      const made = extensions()?.block(token);
      return made ? { ...entry, node: made.node, extension: made } : { ...entry, node: document.createElement(elementOf(token)) };
    }
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
      entry.node.style.paddingInlineStart = roomFor(token);
      syncBlocks(entry.node, null, entry.children, token.items, context, true);
      break;
    case "code":
      if (entry.code === undefined) break;
      setLanguage(entry.code, languageOf(token));
      setCode(entry.code, shownCode(token));
      if (token.codeBlockStyle !== "indented" && isClosed(token.raw)) completeCode(entry.code);
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
      if (entry.extension === undefined) entry.node.textContent = (token as Token).raw;
      else updateExtension(entry, entry.extension, token, context);
  }
}

function updateExtension(entry: BlockEntry, made: ExtensionBlock, token: Token, context: Context): void {
  made.update(token, context);
  if (made.inner && "tokens" in token) syncBlocks(made.inner, null, entry.children, token.tokens ?? [], context, true);
}

/** Room beside the items for numbers of more than two digits; empty where the usual one will do. */
function roomFor({ start, items }: Tokens.List): string {
  const digits = start === "" ? 0 : String(start + items.length - 1).length;
  return digits > 2 ? `calc(${String(digits)}ch + 1em)` : "";
}

/** Nothing is added to this code any more. */
export function completeCode(code: CodeBlock): void {
  const part = extensions();
  if (part) part.complete(code);
  else wantExtensions(() => extensions()?.complete(code));
}

/** Have the last blocks drawn again the next time, whatever their source: they show what may not come. */
export function distrust(entries: readonly BlockEntry[]): void {
  for (let entry = entries.at(-1); entry !== undefined; entry = entry.children.at(-1)) {
    entry.source = "\0";
    for (const cell of [...(entry.table?.rows.at(-1)?.cells ?? []), ...(entry.table?.header ?? [])]) cell.text = "\0";
  }
}

/** The element that the last letter of these blocks is in; undefined where none can follow it. */
export function endOf(entries: readonly BlockEntry[]): Element | undefined {
  const last = entries.at(-1);
  if (last === undefined || last.table || last.extension || last.type === "hr" || last.type === "checkbox") return undefined;
  if (last.code) return last.code.inner;
  return last.children.length > 0 ? endOf(last.children) : last.node;
}

function languageOf(token: Tokens.Code): string {
  return /^\S*/.exec(decodeEntities(token.lang ?? ""))?.[0] ?? "";
}

/** The lines without the last line end, so that a copy ends where the code does. */
function shownCode(token: Tokens.Code): string {
  return token.text.endsWith("\n") ? token.text.slice(0, -1) : token.text;
}
