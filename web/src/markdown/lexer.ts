import { Lexer, type Links, type MarkedOptions, type MarkedToken, type Token, Tokenizer, type Tokens, type TokensList } from "marked";
import { charBefore, charAt, isUnspaced, opensHere, withLetters } from "./flanking";
import { extensions } from "./extensions";
import { settledTokens } from "./settle";

export type { Links };

/** How deep quotes, lists and emphasis nest before the rest is plain text. */
const MAX_DEPTH = 24;

/**
 * Longest text, in UTF-16 code units, that is searched for emphasis, links and the like. A longer paragraph is no
 * prose, and some searches take time by the square of the length.
 */
export const MAX_INLINE = 20_000;

/** Raw HTML has no meaning here: its characters are text, and Markdown between tags is Markdown. Texts of apps differ. */
export class TextTokenizer extends Tokenizer {
  override html(src: string): Tokens.HTML | undefined {
    void src;
    return undefined;
  }

  /** A heading of several lines ends where another block begins. */
  override lheading(src: string): Tokens.Heading | undefined {
    const rest = src.slice(1);
    const starts = (this.options.extensions?.startBlock ?? []).map((start) => start.call({ lexer: this.lexer }, rest) ?? src.length);
    return super.lheading(src.slice(0, Math.min(src.length, ...starts.map((start) => start + 1))));
  }

  override blockquote(src: string): Tokens.Blockquote | undefined {
    const quote = super.blockquote(src);
    return quote && (extensions()?.alert(quote, this.lexer.inlineQueue) ?? quote);
  }

  override emStrong(src: string, masked: string, before = ""): Tokens.Em | Tokens.Strong | undefined {
    return super.emStrong(src, masked, beforeMarks(src, masked, before));
  }

  /** One tilde is a sign for "about". */
  override del(src: string, masked: string, before = ""): Tokens.Del | undefined {
    return src.startsWith("~~") ? super.del(src, masked, beforeMarks(src, masked, before)) : undefined;
  }

  override url(src: string): Tokens.Link | undefined {
    const plain = /^[!-~]+/.exec(src)?.[0] ?? "";
    const end = /[\p{L}\p{N}]$/u.test(plain) && isUnspaced(charAt(src, plain.length)) ? plain.length : src.search(FOREIGN);
    return super.url(end < 0 ? src : src.slice(0, end));
  }

  /** Models break lines in the cells of tables with it. What other tags mean something is in `extensions/html-tags.ts`. */
  override tag(src: string): Tokens.Tag | undefined {
    const raw = /^<br ?\/?>/i.exec(src)?.[0];
    return raw === undefined ? undefined : ({ type: "br", raw } as unknown as Tokens.Tag);
  }
}

/** Where marks stand, punctuation counts as what is before them does in languages without spaces. */
function beforeMarks(src: string, masked: string, before: string): string {
  const marks = /^(?:\*+|~+)/.exec(src)?.[0].length;
  if (marks === undefined) return before;
  const at = masked.length - src.length;
  const pair = /[\udc00-\udfff]/.test(before) ? charBefore(masked, at) : before;
  return opensHere(pair, charAt(src, marks)) ? "" : before;
}

/**
 * Signs that end a sentence, a quotation or brackets in languages whose words reach up to them. A letter of a language
 * without spaces ends a plain address as well, unless it follows a sign, as in `/wiki/中国`.
 */
const FOREIGN = /[\u3001-\u303f\ufe10-\ufe1f\ufe30-\ufe6f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65“”‘’«»‹›…—،؛؟۔।]/;

/** Stops going deeper, or into texts that are too long, where hostile text would exhaust stack or time. */
class BoundedLexer extends Lexer {
  #depth = 0;

  constructor() {
    super({ ...options, extensions: extensions()?.extensions ?? null });
  }

  /** @returns Whether something was made to look calmer than it was written. */
  run(text: string, streaming: boolean): boolean {
    this.blockTokens(text, this.tokens);
    const calmed = streaming && this.#calm(text);
    for (const { src, tokens } of this.inlineQueue) this.inlineTokens(src, tokens);
    return calmed;
  }

  #calm(text: string): boolean {
    const part = extensions();
    const leaf = part && openLeaf(this.tokens, text);
    const queued = leaf && this.inlineQueue.find(({ tokens }) => tokens === leaf);
    if (!part || !queued) return false;
    const calm = part.calm(queued.src, text.endsWith("\n"));
    if (calm === queued.src) return false;
    queued.src = calm;
    return true;
  }

  override blockTokens(src: string, tokens?: Token[], lastParagraphClipped?: boolean): Token[];
  override blockTokens(src: string, tokens?: TokensList, lastParagraphClipped?: boolean): TokensList;
  override blockTokens(src: string, tokens: Token[] = [], lastParagraphClipped?: boolean): Token[] {
    if (this.#depth >= MAX_DEPTH) {
      // Quotes and lists continue after their last token, which must be of a type that they know.
      tokens.push({ type: "text", raw: src, text: src, tokens: [plain(src)] });
      this.state.top = true;
      return tokens;
    }
    this.#depth++;
    try {
      return super.blockTokens(src, tokens, lastParagraphClipped);
    } finally {
      this.#depth--;
    }
  }

  override inlineTokens(src: string, tokens: Token[] = []): Token[] {
    if (this.#depth >= MAX_DEPTH || src.length > MAX_INLINE) {
      tokens.push(plain(src));
      return tokens;
    }
    this.#depth++;
    try {
      return super.inlineTokens(src, tokens);
    } finally {
      this.#depth--;
    }
  }
}

function plain(text: string): Token {
  return { type: "text", raw: text, text };
}

/** Emphasis is looked for in a copy of the text without code and links. */
const hooks = { emStrongMask: withLetters } as unknown as NonNullable<MarkedOptions["hooks"]>;

const options: MarkedOptions = { gfm: true, tokenizer: new TextTokenizer(), hooks };

/** What may still grow at the end of a text: the tokens of its last paragraph, heading or cell. */
function openLeaf(tokens: readonly Token[], text: string): Token[] | undefined {
  if (/\n[ \t]*\n$/.test(text) || settledTokens(tokens, text) === tokens.length) return undefined;
  let token = tokens.at(-1) as MarkedToken | undefined;
  while (token !== undefined) {
    switch (token.type) {
      case "paragraph":
      case "heading":
        return token.tokens;
      case "text":
        return token.tokens;
      case "table": {
        if (text.endsWith("\n")) return undefined;
        const row: readonly Tokens.TableCell[] = token.rows.at(-1) ?? [];
        return row.findLast((cell) => cell.text !== "")?.tokens;
      }
      case "list":
        token = token.items.at(-1);
        break;
      default:
        // The summary of details is all there is of them at first.
        if ("summary" in token && Array.isArray(token["summary"]) && (token as Tokens.Generic).tokens?.length === 0) {
          return token["summary"] as Token[];
        }
        token = "tokens" in token ? (token.tokens?.at(-1) as MarkedToken | undefined) : undefined;
    }
  }
  return undefined;
}

/** Blocks, and whether they show something that is not decided yet. */
export interface Lexed {
  readonly tokens: TokensList;
  readonly calmed: boolean;
}

/**
 * Split a text into blocks and their inside.
 *
 * @param links Definitions from the text before this one; its own are added to the answer's `links`.
 * @param streaming Whether more is to come: then what is open at the end is shown as if it were closed.
 */
export function lex(text: string, links: Links, streaming: boolean): Lexed {
  const part = extensions();
  if (part) part.open = streaming;
  const lexer = new BoundedLexer();
  Object.assign(lexer.tokens.links, links);
  try {
    const calmed = lexer.run(text, streaming);
    return { tokens: lexer.tokens, calmed };
  } catch {
    // Nothing that a text says may keep it from being shown.
    const tokens: Token[] = [{ type: "paragraph", raw: text, text, tokens: [plain(text)] }];
    return { tokens: Object.assign(tokens, { links: lexer.tokens.links }), calmed: false };
  }
}

/** The definitions of a text that is complete, first ones first. */
export function definitions(text: string, links: Links): Links {
  const lexer = new BoundedLexer();
  Object.assign(lexer.tokens.links, links);
  try {
    lexer.blockTokens(text, lexer.tokens);
  } catch {
    return links;
  }
  return lexer.tokens.links;
}
