/** Markdown in which HTML means something, as HTML that is still to be sanitised: see `sanitize.ts`. */
import { Lexer, type MarkedToken, type Token, type Tokens } from "marked";
import { decodeEntities } from "../markdown/entities";
import { TextTokenizer } from "../markdown/lexer";

/** Longest text that is read as Markdown, in UTF-16 code units; a longer one is HTML alone. */
const MAX_TEXT = 200_000;

/** Tags that begin a block wherever they stand, as the rules of Markdown say. */
const BLOCK =
  /^(?:address|article|aside|blockquote|body|caption|center|col|colgroup|dd|details|dialog|div|dl|dt|fieldset|figcaption|figure|footer|form|h[1-6]|head|header|hr|html|iframe|li|link|main|menu|nav|ol|optgroup|option|p|param|section|summary|table|tbody|td|tfoot|th|thead|title|tr|ul)$/i;

const NAME = /^<(?:(\/?)([a-z][a-z0-9-]*)(?=[\s/>])|!--)/i;

/** How long the tag or comment is that a text begins with; 0 if it begins with none. */
export function tagLength(text: string): number {
  const found = NAME.exec(text);
  if (found === null) return 0;
  if (found[2] === undefined) {
    const end = text.indexOf("-->", 4);
    return end < 0 ? 0 : end + 3;
  }
  let quote = "";
  for (let at = found[0].length; at < text.length; at++) {
    const sign = text.charAt(at);
    if (quote !== "") quote = sign === quote ? "" : quote;
    else if (sign === '"' || sign === "'") quote = sign;
    else if (sign === ">") return at + 1;
    else if (sign === "<") return 0;
  }
  return 0;
}

/** How long the block of HTML is that a text begins with; 0 if it begins with none. */
function blockLength(text: string): number {
  const indent = /^ {0,3}/.exec(text)?.[0].length ?? 0;
  const rest = text.slice(indent);
  const name = NAME.exec(rest)?.[2];
  if (!rest.startsWith("<!--") && name === undefined) return 0;
  const until = (end: number, length: number): number => (end < 0 ? text.length : indent + end + length);
  if (name === undefined) return until(rest.indexOf("-->"), 3);
  if (/^(?:script|pre|style|textarea)$/i.test(name) && !rest.startsWith("</")) {
    const close = `</${name.toLowerCase()}>`;
    return until(rest.toLowerCase().indexOf(close), close.length);
  }
  const alone = tagLength(rest);
  if (!BLOCK.test(name) && (alone === 0 || !/^[ \t]*(?:\n|$)/.test(rest.slice(alone, alone + 200)))) return 0;
  const blank = /\n[ \t]*\n/.exec(rest);
  return blank === null ? text.length : indent + blank.index + blank[0].length;
}

class MarkupTokenizer extends TextTokenizer {
  override html(src: string): Tokens.HTML | undefined {
    const raw = src.slice(0, blockLength(src));
    return raw === "" ? undefined : { type: "html", block: true, pre: false, raw, text: raw };
  }

  override tag(src: string): Tokens.Tag | undefined {
    const raw = src.slice(0, tagLength(src));
    return raw === "" ? undefined : { type: "html", block: false, inLink: false, inRawBlock: false, raw, text: raw };
  }
}

/** HTML for a text in Markdown. Tags in it are taken as they are. */
export function toHtml(text: string): string {
  if (text.length > MAX_TEXT) return text;
  try {
    return blocks(new Lexer({ gfm: true, tokenizer: new MarkupTokenizer() }).lex(text));
  } catch {
    // Nothing that a text says may keep it from being shown.
    return escapeHtml(text);
  }
}

export const escapeHtml = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;").replaceAll("'", "&#39;");

const plain = (text: string): string => escapeHtml(decodeEntities(text));

const blocks = (tokens: readonly Token[]): string => tokens.map((token) => block(token as MarkedToken)).join("");

function block(token: MarkedToken): string {
  switch (token.type) {
    case "space":
    case "def":
      return "";
    case "html":
      return token.text;
    case "heading": {
      // The page has its own first two levels of headings.
      const level = Math.min(token.depth + 2, 6);
      return `<h${String(level)}>${inline(token.tokens)}</h${String(level)}>`;
    }
    case "paragraph":
      return `<p>${inline(token.tokens)}</p>`;
    case "blockquote":
      return `<blockquote>${blocks(token.tokens)}</blockquote>`;
    case "list": {
      const tag = token.ordered ? "ol" : "ul";
      const start = token.ordered && token.start !== 1 ? ` start="${String(token.start)}"` : "";
      return `<${tag}${start}>${token.items.map((item) => `<li>${blocks(item.tokens)}</li>`).join("")}</${tag}>`;
    }
    case "code":
      return `<pre><code class="language-${plain(/^\S*/.exec(token.lang ?? "")?.[0] ?? "")}">${escapeHtml(token.text)}\n</code></pre>`;
    case "hr":
      return "<hr>";
    case "table": {
      const row = (cells: readonly Tokens.TableCell[], tag: string): string =>
        `<tr>${cells.map(({ tokens, align }) => `<${tag}${align === null ? "" : ` align="${align}"`}>${inline(tokens)}</${tag}>`).join("")}</tr>`;
      return `<table><thead>${row(token.header, "th")}</thead><tbody>${token.rows.map((cells) => row(cells, "td")).join("")}</tbody></table>`;
    }
    case "text":
      return token.tokens === undefined ? plain(token.text) : inline(token.tokens);
    default:
      return inline([token]);
  }
}

const inline = (tokens: readonly Token[]): string => tokens.map((token) => piece(token as MarkedToken)).join("");

function piece(token: MarkedToken): string {
  switch (token.type) {
    case "html":
    case "br":
      return token.type === "br" ? "<br>" : token.text;
    case "strong":
    case "em":
    case "del":
      return `<${token.type}>${inline(token.tokens)}</${token.type}>`;
    case "codespan":
      return `<code>${escapeHtml(token.text)}</code>`;
    case "link":
      return `<a href="${plain(token.href)}"${titled(token.title)}>${inline(token.tokens)}</a>`;
    case "image":
      return `<img src="${plain(token.href)}" alt="${plain(token.text)}"${titled(token.title)}>`;
    case "checkbox":
      return token.checked ? "☑ " : "☐ ";
    case "escape":
      return escapeHtml(token.text);
    default:
      return plain("text" in token ? token.text : token.raw);
  }
}

const titled = (title: string | null | undefined): string => (title ? ` title="${plain(title)}"` : "");
