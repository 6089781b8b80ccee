/**
 * What most texts do without is a part of its own, loaded when a text first needs it: calm streaming, formulas,
 * footnotes, and all that code can do beyond being shown.
 */
import { again } from "../ui/retry";
import type { MarkedOptions, Token, Tokens } from "marked";
import type { CodeBlock } from "./code-block";
import type { Context } from "./inline";
import type { TableParts } from "./tables";

/** What a `[1]` in a text points to. */
export interface Source {
  /** Its number, and how the reader's language writes that. */
  readonly at: number;
  readonly number: string;
  readonly title: string;
  /** Where it is, as far as that may be opened. */
  readonly target: { readonly href: string; readonly external: boolean } | undefined;
  readonly host: string;
  /** All of this for those who hear it. */
  readonly label: string;
}

/** The sources of a message, the same list as long as they are the same; undefined where brackets are only brackets. */
export type Sources = readonly Source[] | undefined;

/** A block that this part shows. */
export interface RichBlock {
  readonly node: HTMLElement;
  /** Where the blocks inside go; absent for a block without any. */
  readonly inner?: HTMLElement;
  /** Show this token in the same place. */
  update(token: Token, context: Context): void;
}

export interface Rich {
  /** Further tokens. */
  readonly extensions: NonNullable<MarkedOptions["extensions"]>;
  /** While true, a formula that is not closed yet is one already. */
  open: boolean;
  /** While true, a number in brackets may point to a source. */
  citing: boolean;
  /** How much of a text is shown now: its last line may still become anything. */
  hold(text: string): number;
  /**
   * The inside of the last paragraph as it will probably look: what is open is closed, what is undecided left out.
   *
   * @param ended Whether its line has ended.
   */
  calm(source: string, ended: boolean): string;
  /** Make the block of a further token, or null if it is none. */
  block(token: Token): RichBlock | null;
  /** Make the node of a further token within a line, or null if it is none. */
  inline(token: Token, context: Context, inLink: boolean): ChildNode | null;
  /** The alert that a quote is, or the quote itself; `queue` has the texts whose inside is still to be read. */
  alert(quote: Tokens.Blockquote, queue: { src: string; tokens: Token[] }[]): Tokens.Blockquote;
  /** Give a block of code its buttons. */
  code(block: CodeBlock): void;
  /** Give a table its buttons, and those that show more of it. */
  table(table: TableParts): void;
  /** The code is complete: colours, or the diagram it describes. */
  complete(block: CodeBlock, context: Context): void;
  /** Show references to footnotes that are not there as they were written. */
  settleNotes(root: HTMLElement): void;
  /** Let the numbers in brackets point to these sources, and those of no source be text. */
  settleCitations(root: HTMLElement, context: Context): void;
  /** Go to the footnote, or back, or to the source without an address, that a click was for. */
  follow(root: HTMLElement, target: Element): boolean;
}

/** Text that shows better with this part. */
export const NEEDS_RICH = /\$|\\(?:[([]|begin)|\[[\^!]|<[a-zA-Z]|(?:```|~~~)[ \t]*math/;

let loaded: Rich | undefined;
let waiting: (() => void)[] | undefined;

/** The part, if it is there. */
export const rich = (): Rich | undefined => loaded;

/** Load the part unless it is there or on its way, and call `then` when it has come. */
export function wantRich(then: () => void): void {
  if (waiting !== undefined) {
    waiting.push(then);
    return;
  }
  waiting = [then];
  fetchRich();
}

/** Take the part as loaded. */
export function setRich(part: Rich): void {
  loaded = part;
  const calls = waiting ?? [];
  waiting = undefined;
  for (const call of calls) call();
}

function fetchRich(): void {
  import("./extensions/all").then(
    (module) => {
      setRich(module.default);
    },
    () => {
      again(fetchRich);
    },
  );
}
