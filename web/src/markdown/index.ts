/**
 * Markdown that grows while it is read.
 *
 * The text is parsed block by block. What can no longer change is settled: its nodes stay as they are and it is never
 * parsed again. Only the tail, mostly one paragraph, is parsed with each addition, and its nodes are changed in place.
 * So the work for a text grows with its length, and a selection or a focus within it survives. Nodes are built from
 * tokens; no markup is ever parsed.
 */
import type { Token } from "marked";
import { type BlockEntry, syncBlocks } from "./blocks";
import { extendFence, type OpenFence, openFence } from "./fence";
import type { Context } from "./inline";
import { definitions, lex, type Links } from "./lexer";
import { defaultPolicy, type MarkdownPolicy } from "./policy";
import { settledTokens } from "./settle";

export type { MarkdownPolicy };
export { defaultPolicy };

/**
 * Longest tail, in UTF-16 code units, that is parsed again and again. A single block beyond it is cut in two, so that
 * a list or a table without end cannot make each addition dearer than the one before.
 */
const MAX_TAIL = 32_768;

/** A settled block that may refer to a definition that comes later. */
interface Referrer {
  readonly start: number;
  readonly end: number;
  readonly node: Element;
}

/** Renders a growing Markdown text into an element. */
export class MarkdownView {
  readonly #root: HTMLElement;
  readonly #context: Context;
  readonly #onCommand: ((name: string) => void) | undefined;
  readonly #onLex: ((characters: number) => void) | undefined;

  #text = "";
  /** Up to where the text is settled. */
  #settled = 0;
  /** The last settled node. */
  #after: Node | null = null;
  #tail: BlockEntry[] = [];
  #fence: OpenFence | null = null;
  /** Definitions of the settled text. */
  #links: Links = {};
  /** Definitions that the tail was rendered with, as JSON: those of the whole text. */
  #tailLinks = "{}";
  #referrers: Referrer[] = [];
  /** Definitions that all referrers were rendered with; empty if it was not the same ones for all. */
  #referrerLinks = "{}";
  #finished = true;

  /**
   * @param root Where to render; it belongs to this view until {@link destroy}.
   * @param policy Which links and images are allowed.
   * @param onCommand Called with `name` when `[label](?name)` is used. Without it such links are ordinary ones.
   * @param onLex Called with the number of characters each time some are parsed.
   */
  constructor(
    root: HTMLElement,
    policy: MarkdownPolicy = defaultPolicy,
    onCommand?: (name: string) => void,
    onLex?: (characters: number) => void,
  ) {
    this.#root = root;
    this.#context = { policy, commands: onCommand !== undefined, loaded: new Set() };
    this.#onCommand = onCommand;
    this.#onLex = onLex;
    root.addEventListener("click", this.#clicked);
  }

  /** Show this text. If it continues the last one, only what is not settled yet is parsed. */
  set(text: string): void {
    const next = text.includes("\r") || text.includes("\0") ? normalize(text) : text;
    if (next === this.#text) return;
    if (!next.startsWith(this.#text)) this.#reset();
    this.#text = next;
    this.#finished = false;
    if (this.#fence !== null && extendFence(this.#fence, next)) return;
    this.#parseTail();
  }

  /** The text is complete, as far as anybody knows: resolve what refers to definitions that came later. */
  finish(): void {
    if (this.#finished) return;
    this.#finished = true;
    // The short way for code may hold back a few characters that look like the end of it.
    if (this.#fence !== null) this.#parseTail();
    if (this.#tailLinks === this.#referrerLinks) return;
    this.#referrerLinks = this.#tailLinks;
    const links = JSON.parse(this.#tailLinks) as Links;
    for (const referrer of this.#referrers) this.#resolve(referrer, links);
  }

  /** Leave the element empty and let go of it. */
  destroy(): void {
    this.#reset();
    this.#root.removeEventListener("click", this.#clicked);
  }

  readonly #clicked = (event: MouseEvent): void => {
    const link = event.target instanceof Element ? event.target.closest<HTMLElement>("a[data-command]") : null;
    const command = link?.dataset["command"];
    if (command === undefined || this.#onCommand === undefined) return;
    event.preventDefault();
    this.#onCommand(command);
  };

  #reset(): void {
    this.#root.replaceChildren();
    this.#text = "";
    this.#settled = 0;
    this.#after = null;
    this.#tail = [];
    this.#fence = null;
    this.#links = {};
    this.#tailLinks = "{}";
    this.#referrers = [];
    this.#referrerLinks = "{}";
    this.#finished = true;
  }

  #lex(text: string, links: Links) {
    this.#onLex?.(text.length);
    return lex(text, links);
  }

  #parseTail(): void {
    const tail = this.#text.slice(this.#settled);
    const tokens = this.#lex(tail, this.#links);
    // Blocks of the same source look different once a definition has come, changed or gone.
    const links = JSON.stringify(tokens.links);
    if (links !== this.#tailLinks) {
      for (const entry of this.#tail) entry.node.remove();
      this.#tail = [];
      this.#tailLinks = links;
    }
    syncBlocks(this.#root, this.#after, this.#tail, tokens, this.#context, false);
    this.#fence = openFence(tokens.at(-1), this.#tail.at(-1)?.code, this.#text.length);
    this.#settle(tokens, tail);
  }

  #settle(tokens: readonly Token[], tail: string): void {
    let count = settledTokens(tokens, tail);
    if (count === 0 && tail.length > MAX_TAIL && this.#fence === null) count = tokens.length;
    let start = this.#settled;
    let at = 0;
    const defines = tokens.slice(0, count).some((token) => token.raw.includes("]:"));
    for (const token of tokens.slice(0, count)) {
      // The parser promises that the sources of its tokens make up the text. If not, going on would lose some.
      if (!tail.startsWith(token.raw, at)) return;
      at += token.raw.length;
      // Spaces behind the last line end are the beginning of a line, maybe of indented code.
      if (token.type === "space") at -= token.raw.length - (token.raw.lastIndexOf("\n") + 1);
      if (token.type === "space" || token.type === "def") {
        start = this.#settled + at;
        continue;
      }
      const entry = this.#tail.shift();
      if (entry === undefined) return;
      this.#after = entry.node;
      if (token.raw.includes("[")) {
        this.#referrers.push({ start, end: this.#settled + at, node: entry.node });
        // Some of these may be taken back as the text goes on.
        if (this.#referrerLinks !== this.#tailLinks) this.#referrerLinks = "";
      }
      start = this.#settled + at;
    }
    if (defines) {
      this.#onLex?.(at);
      this.#links = definitions(tail.slice(0, at), this.#links);
    }
    this.#settled += at;
  }

  #resolve({ start, end, node }: Referrer, links: Links): void {
    const holder = document.createElement("div");
    syncBlocks(holder, null, [], this.#lex(this.#text.slice(start, end), links), this.#context, false);
    const fresh = holder.firstElementChild;
    if (fresh !== null && !node.isEqualNode(fresh)) node.replaceChildren(...fresh.childNodes);
  }
}

/** Line ends and characters as the rules of Markdown want them. */
function normalize(text: string): string {
  return text.replace(/\r\n?/g, "\n").replaceAll("\0", "\uFFFD");
}
