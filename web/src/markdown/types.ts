/** What the files of this room hand to each other. */
import type { MarkedOptions, Token, Tokens } from "marked";
import type { MarkdownPolicy } from "./policy";

/**
 * What `[words](?name)` is: a link that runs any command (`all`), for texts of the app; a button for these names and text
 * for others, for texts that a model may have written; an ordinary link (undefined).
 */
export type Commands = "all" | readonly string[] | undefined;

/** What rendering depends on besides the text. */
export interface Context {
  readonly policy: MarkdownPolicy;
  /** Which `[x](?name)` is a command rather than an address, and how it looks; see {@link Commands}. */
  readonly commands: Commands;
  /** Images of other sites that the user has asked for. */
  readonly loaded: Set<string>;
  /** What numbers in brackets point to. */
  sources: Sources;
}

/** A piece of text that is shown, and what it was made of. */
export interface InlineEntry {
  readonly type: string;
  raw: string;
  readonly node: Node;
  /** What is inside, where that can be changed in place. */
  readonly inline: InlineEntry[];
}

/** A block of code with its head. The head's buttons and the colours come with `code/`. */
export interface CodeBlock {
  readonly node: HTMLElement;
  readonly head: HTMLElement;
  readonly pre: HTMLElement;
  readonly inner: HTMLElement;
  /** What is shown and copied, unless it is shown in colour. */
  readonly text: Text;
  /** Name of the language as written after the fence; empty for none. */
  language: string;
  /** Whether `inner` has coloured pieces in place of `text`. */
  coloured: boolean;
}

export interface Cell {
  readonly node: HTMLElement;
  readonly inline: InlineEntry[];
  text: string;
}

/** A table that is shown. Rows are added and changed in place; for other columns it is made anew. */
export interface TableParts {
  /** The box around the table and its buttons. */
  readonly node: HTMLElement;
  readonly head: HTMLElement;
  readonly table: HTMLElement;
  body: HTMLElement | null;
  readonly header: Cell[];
  readonly rows: { readonly node: HTMLElement; readonly cells: Cell[] }[];
  /** How much is shown of what there is. */
  limit: { rows: number; columns: number };
  token: Tokens.Table | undefined;
  /** Show it again, for another limit. */
  draw: () => void;
}

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
  /** Go to where it is shown, and open what it says; set by what shows it. */
  show?: (() => void) | undefined;
}

/** The sources of a message, the same list as long as they are the same; undefined where brackets are only brackets. */
export type Sources = readonly Source[] | undefined;

/** A block that an extension shows. */
export interface ExtensionBlock {
  readonly node: HTMLElement;
  /** Where the blocks inside go; absent for a block without any. */
  readonly inner?: HTMLElement;
  /** Show this token in the same place. */
  update(token: Token, context: Context): void;
}

/** What most texts do without, loaded when a text first needs it. */
export interface Extensions {
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
  block(token: Token): ExtensionBlock | null;
  /** Make the node of a further token within a line, or null if it is none. */
  inline(token: Token, context: Context, inLink: boolean): ChildNode | null;
  /** The alert that a quote is, or the quote itself; `queue` has the texts whose inside is still to be read. */
  alert(quote: Tokens.Blockquote, queue: { src: string; tokens: Token[] }[]): Tokens.Blockquote;
  /** Give a block of code its buttons. */
  code(block: CodeBlock): void;
  /** Give a table its buttons, and those that show more of it. */
  table(table: TableParts): void;
  /** The code is complete: colours, or the diagram it describes. */
  complete(block: CodeBlock): void;
  /** Show references to footnotes that are not there as they were written. */
  settleNotes(root: HTMLElement): void;
  /** Let the numbers in brackets point to these sources, and those of no source be text. */
  settleCitations(root: HTMLElement, context: Context): void;
  /** Go to the footnote, or back, or to the source without an address, that a click was for. */
  follow(root: HTMLElement, target: Element): boolean;
}
