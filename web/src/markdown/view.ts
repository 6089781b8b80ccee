/**
 * Markdown that grows while it is read.
 *
 * The text is parsed block by block. What can no longer change is settled: its nodes stay as they are and it is never
 * parsed again. Only the tail, mostly one paragraph, is parsed with each addition, and its nodes are changed in place.
 * So the work for a text grows with its length, and a selection or a focus within it survives. Nodes are built from
 * tokens; no markup is ever parsed.
 */
import type { Token } from "marked";
import { goToHeading, settleAnchors } from "./anchors";
import { type BlockEntry, completeCode, distrust, endOf, syncBlocks } from "./blocks";
import { extendFence, type OpenFence, openFence } from "./fence";
import { definitions, lex, type Links } from "./lexer";
import { defaultPolicy, type Images, type MarkdownPolicy, policyFor } from "./policy";
import { extensions, extensionsFrom, NEEDS_EXTENSIONS, wantExtensions } from "./extensions";
import { settledTokens } from "./settle";
import { withoutPiles } from "./combining-marks";
import type { Context, Source, Sources } from "./types";

export type { Images, MarkdownPolicy, Source, Sources };
export { defaultPolicy, policyFor };

extensionsFrom(() => import("./extensions/all"));

/** A tail up to this length, in UTF-16 code units, is parsed with each addition. */
const SHORT_TAIL = 4_096;

/**
 * A longer one, a single huge block, is parsed again when it has grown by this fraction, so that the number of
 * parsed characters stays in proportion to the text.
 */
const GROWTH = 1 / 64;

/** Longest time that new text waits for the parser, in milliseconds. */
const PATIENCE_MS = 500;

/** Number of settled blocks in one box, which the browser repaints only when one of them changes. */
const RUN = 8;

/** Text that may point to a source. */
const CITES = /\[\d/;

/** Text without any markup, wherever in a paragraph it is added. */
const PLAIN = /^[\p{L}\p{N} ,;]+$/u;

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

  /** What was written, and what is shown of it: the same, but for line ends and piles of marks. */
  #written = "";
  #text = "";
  /** Up to where the text is settled. */
  #settled = 0;
  /** Where blocks are added: the element itself, and after many of them a run. */
  #run: HTMLElement;
  /** How many settled blocks are there. */
  #count = 0;
  /** The last settled node there. */
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
  /** What is shown of the tail is not what it will be once it is complete. */
  #provisional = false;
  /** Words were added without the parser. */
  #stale = false;
  /** Where the last letter is, for the caret: as an attribute, since to find it by selectors costs style at each word. */
  #end: Element | undefined;
  /** Up to where the text has been parsed. */
  #parsed = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #waiting = false;
  #alive = true;

  /**
   * @param root Where to render; it belongs to this view until {@link destroy}.
   * @param policy Which links and images are allowed.
   * @param onCommand Called with `name` when `[label](?name)` is used. Without it such links are ordinary ones.
   * @param commands Names that may be used, for a text that a model may have written; all when left out.
   * @param onLex Called with the number of characters each time some are parsed.
   */
  constructor(
    root: HTMLElement,
    policy: MarkdownPolicy = defaultPolicy,
    onCommand?: (name: string) => void,
    onLex?: (characters: number) => void,
    commands?: readonly string[],
  ) {
    this.#root = this.#run = root;
    this.#context = { policy, commands: onCommand && (commands ?? "all"), loaded: new Set(), sources: undefined };
    this.#onCommand = onCommand;
    this.#onLex = onLex;
    root.addEventListener("click", this.#clicked);
  }

  /**
   * Show this text. If it continues the last one, only what is not settled yet is parsed.
   *
   * @param done Whether it is complete, as far as is known; if not, open marks at its end are rendered as closed.
   */
  set(text: string, done = false): void {
    const next = text.includes("\r") || text.includes("\0") ? normalize(text) : text;
    if (next !== this.#written) this.#take(next, done);
    if (done) this.finish();
  }

  /** Let numbers in brackets point to these sources; what was read before they came is, too. */
  cite(sources: Sources): void {
    const before = this.#context.sources;
    if (sources === before) return;
    this.#context.sources = sources;
    const [text, done] = [this.#written, this.#finished];
    if (!CITES.test(text)) return;
    if (before === undefined || sources === undefined) {
      this.#reset();
      this.set(text, done);
    } else extensions()?.settleCitations(this.#root, this.#context);
  }

  #take(written: string, done: boolean): void {
    if (!written.startsWith(this.#written)) this.#reset();
    const added = withoutPiles(written.slice(this.#written.length), this.#text);
    this.#written = written;
    const next = this.#text + added;
    this.#text = next;
    this.#finished = done && this.#text === "";
    if (!extensions() && !this.#waiting && (!done || NEEDS_EXTENSIONS.test(added) || this.#cites(added))) this.#wait();
    if (this.#fence !== null && extendFence(this.#fence, next)) return;
    if (done || this.#due(added)) this.#parseTail(!done);
  }

  /** Whether the tail is to be parsed now; if not, it is a little later. */
  #due(added: string): boolean {
    const tail = this.#parsed - this.#settled;
    if (tail <= SHORT_TAIL || this.#text.length - this.#parsed >= tail * GROWTH) return true;
    if (this.#parsed === this.#text.length - added.length && this.#appendPlain(added)) return false;
    this.#provisional = true;
    this.#timer ??= setTimeout(() => {
      this.#parseTail(!this.#finished);
    }, PATIENCE_MS);
    return false;
  }

  /** Add what means only itself to the last words without a parser. */
  #appendPlain(added: string): boolean {
    const last = this.#tail.at(-1);
    const words = last?.type === "paragraph" ? last.inline.at(-1) : undefined;
    if (words?.type !== "text" || !(words.node instanceof Text) || !words.node.isConnected || !PLAIN.test(added) || this.#provisional) return false;
    if (!this.#text.slice(0, this.#parsed).endsWith(words.node.data.slice(-1))) return false;
    words.node.appendData(added);
    words.raw = "\0";
    if (last) last.source = "\0";
    this.#parsed = this.#text.length;
    this.#stale = true;
    return true;
  }

  /** The text is complete, as far as is known: show what was open as it is, and what refers to later definitions. */
  finish(): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#markEnd(undefined);
    // The short ways may hold back a few characters that look like the end of something.
    if (this.#fence !== null || this.#provisional || this.#stale) this.#parseTail(false);
    for (const entry of this.#tail) if (entry.code) completeCode(entry.code);
    if (this.#tailLinks !== this.#referrerLinks) {
      this.#referrerLinks = this.#tailLinks;
      const links = JSON.parse(this.#tailLinks) as Links;
      for (const referrer of this.#referrers) this.#resolve(referrer, links);
    }
    if (this.#text.includes("[^")) extensions()?.settleNotes(this.#root);
    const places = this.#places();
    if (places && this.#text.includes("#")) settleAnchors(this.#root, places);
  }

  /** Empty the element and stop using it. */
  destroy(): void {
    this.#alive = false;
    this.#reset();
    this.#root.removeEventListener("click", this.#clicked);
  }

  /** Where links to `#...` may lead beside headings; undefined for anywhere. */
  #places(): readonly string[] | undefined {
    const { policy, commands } = this.#context;
    if (policy.stays !== true) return undefined;
    return Array.isArray(commands) ? (commands as readonly string[]) : [];
  }

  #cites(text: string): boolean {
    return this.#context.sources !== undefined && CITES.test(text);
  }

  #wait(): void {
    this.#waiting = true;
    wantExtensions(() => {
      this.#waiting = false;
      if (!this.#alive) return;
      const [text, done] = [this.#written, this.#finished];
      // Only a text that has what the part is for looks different with it.
      if (NEEDS_EXTENSIONS.test(text) || this.#cites(text)) this.#reset();
      this.set(text, done);
    });
  }

  readonly #clicked = (event: MouseEvent): void => {
    if (event.target instanceof Element && extensions()?.follow(this.#root, event.target)) event.preventDefault();
    if (event.target instanceof Element && goToHeading(this.#root, event.target, this.#places())) event.preventDefault();
    const link = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-command]") : null;
    const command = link?.dataset["command"];
    if (command === undefined || this.#onCommand === undefined) return;
    event.preventDefault();
    this.#onCommand(command);
  };

  #reset(): void {
    this.#root.replaceChildren();
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#provisional = this.#stale = false;
    this.#end = undefined;
    this.#parsed = 0;
    this.#text = this.#written = "";
    this.#settled = 0;
    this.#run = this.#root;
    this.#count = 0;
    this.#after = null;
    this.#tail = [];
    this.#fence = null;
    this.#links = {};
    this.#tailLinks = "{}";
    this.#referrers = [];
    this.#referrerLinks = "{}";
    this.#finished = true;
  }

  #lex(text: string, links: Links, streaming: boolean) {
    this.#onLex?.(text.length);
    const part = extensions();
    if (part) part.citing = this.#context.sources !== undefined;
    return lex(text, links, streaming);
  }

  #parseTail(streaming: boolean): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const all = this.#text.slice(this.#settled);
    // A beginning of a text is a text: what may become anything is left for later.
    const shown = streaming ? (extensions()?.hold(all) ?? all.length) : all.length;
    const tail = all.slice(0, shown);
    const { tokens, calmed } = this.#lex(tail, this.#links, streaming);
    // Blocks of the same source look different once a definition has come, changed or gone.
    const links = JSON.stringify(tokens.links);
    if (links !== this.#tailLinks) {
      for (const entry of this.#tail) entry.node.remove();
      this.#tail = [];
      this.#tailLinks = links;
    }
    const known = new Set(this.#tail);
    syncBlocks(this.#run, this.#after, this.#tail, tokens, this.#context, false);
    if (calmed) distrust(this.#tail);
    if (streaming && this.#tail.length > 0) this.#markEnd(endOf(this.#tail));
    this.#provisional = calmed || shown < all.length || (streaming && tokens.at(-1)?.type === "math");
    this.#stale = false;
    this.#parsed = this.#text.length;
    this.#fence = openFence(tokens.at(-1), this.#tail.at(-1)?.code, this.#settled + shown);
    this.#settle(tokens, tail, known);
  }

  /** @param known Blocks that were there before, which may hold a selection. */
  #settle(tokens: readonly Token[], tail: string, known: ReadonlySet<BlockEntry>): void {
    const count = settledTokens(tokens, tail);
    let start = this.#settled;
    let at = 0;
    // The parser promises that the sources of its tokens make up the text. If not (it takes any white space of one
    // character for a line end), it is too early.
    if (!tail.startsWith(tokens.slice(0, count).map(({ raw }) => raw).join(""))) return;
    const defines = tokens.slice(0, count).some((token) => token.raw.includes("]:"));
    for (const token of tokens.slice(0, count)) {
      at += token.raw.length;
      // Spaces behind the last line end are the beginning of a line, maybe of indented code.
      if (token.type === "space") at -= token.raw.length - (token.raw.lastIndexOf("\n") + 1);
      if (token.type === "space" || token.type === "def") {
        start = this.#settled + at;
        continue;
      }
      const entry = this.#tail.shift();
      if (entry === undefined) return;
      this.#place(entry, known);
      this.#after = entry.node;
      this.#count++;
      if (token.raw.includes("[")) {
        this.#referrers.push({ start, end: this.#settled + at, node: entry.node });
        // Some of these may become invalid as the text grows.
        if (this.#referrerLinks !== this.#tailLinks) this.#referrerLinks = "";
      }
      start = this.#settled + at;
    }
    if (defines) {
      this.#onLex?.(at);
      this.#links = definitions(tail.slice(0, at), this.#links);
    }
    this.#settled += at;
    for (const entry of this.#tail) this.#place(entry, known);
  }

  #markEnd(end: Element | undefined): void {
    if (end === this.#end) return;
    this.#end?.removeAttribute("data-end");
    this.#end = end;
    end?.setAttribute("data-end", "");
  }

  /** Let a block stand where the one before it does, or begin a run when there are many. */
  #place(entry: BlockEntry, known: ReadonlySet<BlockEntry>): void {
    // A heading stays with what follows it.
    if (this.#count >= RUN && !known.has(entry) && !/^H/.test(this.#after?.nodeName ?? "")) {
      this.#run = document.createElement("div");
      this.#run.className = "run";
      this.#root.append(this.#run);
      this.#count = 0;
      this.#after = null;
    }
    if (entry.node.parentNode !== this.#run) this.#run.append(entry.node);
  }

  #resolve({ start, end, node }: Referrer, links: Links): void {
    const holder = document.createElement("div");
    syncBlocks(holder, null, [], this.#lex(this.#text.slice(start, end), links, false).tokens, this.#context, false);
    const fresh = holder.firstElementChild;
    if (fresh !== null && !node.isEqualNode(fresh)) node.replaceChildren(...fresh.childNodes);
  }
}

/** Line ends and characters as the rules of Markdown want them. */
function normalize(text: string): string {
  return text.replace(/\r\n?/g, "\n").replaceAll("\0", "\uFFFD");
}
