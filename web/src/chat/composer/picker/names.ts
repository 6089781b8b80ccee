/** Commands and mentions in the text of a prompt: what is being typed, and what is there when it is sent. */
import { str, type Values } from "../../../page/read";

/** How far back from the cursor the beginning of a word is looked for, in characters. */
const REACH = 80;

export interface Typing {
  readonly kind: "command" | "mention";
  /** Where the sign is, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
  /** What follows it. */
  readonly query: string;
}

/** What the cursor stands at the end of. A command is only at the beginning of the text. */
export function typingAt(text: string, cursor: number): Typing | undefined {
  const before = text.slice(Math.max(0, cursor - REACH), cursor);
  const from = cursor - before.length;
  if (from === 0) {
    const command = /^\/(\S*)$/.exec(before);
    if (command !== null) return { kind: "command", start: 0, end: cursor, query: command[1] ?? "" };
  }
  const mention = /(?:^|[\s([{"'“‘«])@([^\s@]*)$/.exec(before);
  const query = mention?.[1];
  return query === undefined ? undefined : { kind: "mention", start: cursor - query.length - 1, end: cursor, query };
}

export const nameOf = (item: Values): string => str(item["name"]) ?? "";
export const labelOf = (item: Values): string => str(item["label"]) || nameOf(item);

/** The items that fit what is typed, the closest first. */
export function fitting(items: readonly Values[], query: string): readonly Values[] {
  const wanted = query.toLocaleLowerCase();
  const rank = (item: Values): number => {
    const texts = [nameOf(item), labelOf(item)].map((text) => text.toLocaleLowerCase());
    if (texts.some((text) => text.startsWith(wanted))) return 0;
    if (texts.some((text) => text.split(/[\s_-]+/).some((word) => word.startsWith(wanted)))) return 1;
    return texts.some((text) => text.includes(wanted)) ? 2 : 3;
  };
  return items
    .map((item, at) => ({ item, at, rank: rank(item) }))
    .filter((entry) => entry.rank < 3 && nameOf(entry.item) !== "")
    .sort((a, b) => a.rank - b.rank || a.at - b.at)
    .map(({ item }) => item);
}

/** What a mention is written as. */
export const mentionText = (item: Values): string => `@${labelOf(item)}`;

/** Name of the command that a text begins with. */
export function commandIn(text: string, commands: readonly Values[]): string | null {
  const typed = /^\/(\S+)/.exec(text.slice(0, REACH))?.[1];
  return commands.map(nameOf).find((name) => name === typed && name !== "") ?? null;
}

/** Names of the mentions in a text, in the order of the list. */
export function mentionsIn(text: string, mentions: readonly Values[]): readonly string[] {
  if (!text.includes("@")) return [];
  return mentions.filter((item) => contains(text, mentionText(item)) || contains(text, `@${nameOf(item)}`)).map(nameOf);
}

function contains(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + 1)) {
    if (word.length > 1 && !/[\p{L}\p{N}_]/u.test(text.charAt(at + word.length))) return true;
  }
  return false;
}
