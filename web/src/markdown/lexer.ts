import { Lexer, type Links, type MarkedOptions, type Token, Tokenizer, type TokensList } from "marked";

export type { Links };

/** How deep quotes, lists and emphasis nest before the rest is plain text. */
const MAX_DEPTH = 24;

/**
 * Longest text, in UTF-16 code units, that is searched for emphasis, links and the like. A longer paragraph is no
 * prose, and some searches take time by the square of the length.
 */
export const MAX_INLINE = 20_000;

/** Raw HTML is not a thing of its own here: its characters are text, and Markdown between tags is Markdown. */
class TextTokenizer extends Tokenizer {
  override html(): undefined {
    return undefined;
  }

  override tag(): undefined {
    return undefined;
  }
}

/** Stops going deeper, or into texts that are too long, where hostile text would exhaust stack or time. */
class BoundedLexer extends Lexer {
  #depth = 0;

  override blockTokens(src: string, tokens?: Token[], lastParagraphClipped?: boolean): Token[];
  override blockTokens(src: string, tokens?: TokensList, lastParagraphClipped?: boolean): TokensList;
  override blockTokens(src: string, tokens: Token[] = [], lastParagraphClipped?: boolean): Token[] {
    if (this.#depth >= MAX_DEPTH) {
      // Quotes and lists look at their last token: one that they know how to go on after.
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

const options: MarkedOptions = { gfm: true, tokenizer: new TextTokenizer() };

/**
 * Split a text into blocks and their inside.
 *
 * @param links Definitions from the text before this one; its own are added to the answer's `links`.
 */
export function lex(text: string, links: Links): TokensList {
  const lexer = new BoundedLexer(options);
  Object.assign(lexer.tokens.links, links);
  try {
    return lexer.lex(text);
  } catch {
    // Nothing that a text says may keep it from being shown.
    const tokens: Token[] = [{ type: "paragraph", raw: text, text, tokens: [plain(text)] }];
    return Object.assign(tokens, { links: lexer.tokens.links });
  }
}

/** The definitions of a text that is complete, first ones first. */
export function definitions(text: string, links: Links): Links {
  const lexer = new BoundedLexer(options);
  Object.assign(lexer.tokens.links, links);
  try {
    lexer.blockTokens(text, lexer.tokens);
  } catch {
    return links;
  }
  return lexer.tokens.links;
}
