/** What the chat reads from rows, whichever buffer kind, spelling or origin they have. */
import type { Buffer, Cells, Row, RowId } from "../../page/state";
import { asText, list, num, records, str, type Values } from "../../page/read";

/** One message as it is now. */
export interface Words {
  /** Markdown. */
  readonly content: string;
  readonly fromUser: boolean;
  /** The optional fields that are set, by {@link FIELDS}; undefined when there are none. */
  readonly more?: Values | undefined;
}

/** What a message may have beyond its words and its side. */
export const FIELDS = ["id", "author", "avatar", "time", "status", "parts", "branch", "error", "error_code", "error_id"] as const;

/** The state that the app gave the message. */
export const statusOf = (words: Words | null): string | undefined => str(words?.more?.["status"]);

/** What the message is made of; the very objects of the page, so that one that did not change is the same. */
export const partsOf = (words: Words | null): readonly Values[] => records(words?.more?.["parts"]);

/** All that a message says, as Markdown: its text parts, then its content. */
export function saidOf(words: Words | null): string {
  if (list(words?.more?.["parts"]).length === 0) return words?.content ?? "";
  const texts = partsOf(words).map((part) => (part["type"] === "text" ? asText(part["text"]) : ""));
  return [...texts, words?.content].filter(Boolean).join("\n\n");
}

/** Whether there is nothing of the message to see yet. */
export const isBlank = (words: Words): boolean => words.content === "" && list(words.more?.["parts"]).length === 0;

/** A message that may change while it is shown. */
export interface Source {
  /** Unique in the conversation and the same for as long as the message is in it. */
  readonly key: string;
  /** The row's id; null for history, which has none. */
  readonly id: RowId | null;
  /** The message; null when the row is empty and nothing is shown. */
  read(): Words | null;
  subscribe(changed: () => void): () => void;
}

/** What events call a message: the app's own name for it, else its row; null for history without names. */
export function nameOf(source: Source, words: Words | null): RowId | null {
  const own = words?.more?.["id"];
  return typeof own === "string" || typeof own === "number" ? own : source.id;
}

/** What a message is called in events, links and searches: the app's id, else the row's; history may have none. */
export function linkName(source: Source): string | undefined {
  const { id } = source.read()?.more ?? {};
  return str(id) ?? (source.id === null ? undefined : String(source.id));
}

/** The last second that dates know, counted from the epoch. */
const LAST_S = 8.64e12;

/** When it was said, in milliseconds since the epoch. */
export function timeOf(source: Source | undefined): number | undefined {
  const time = num(source?.read()?.more?.["time"]);
  return time === undefined || Math.abs(time) > LAST_S ? undefined : time * 1000;
}

const never = (): (() => void) => () => undefined;

/** A message that stays as it is. */
export function still(key: string, words: Words): Source {
  return { key, id: null, read: () => words, subscribe: never };
}

/** Read a row by the names of today, `content from_user`, or the older `msg fromUser`. */
function wordsOf(row: Row): Words | null {
  if (row.cells === null) return null;
  return {
    content: asText(row.cell("content") ?? row.cell("msg")),
    fromUser: Boolean(row.cell("from_user") ?? row.cell("fromUser")),
    more: moreOf((field) => row.cell(field)),
  };
}

function moreOf(get: (field: string) => unknown): Values | undefined {
  let more: Record<string, unknown> | undefined;
  for (const field of FIELDS) {
    const value = get(field);
    if (value !== undefined && value !== null) (more ??= {})[field] = value;
  }
  return more;
}

const sources = new WeakMap<Row, Source>();

function sourceOf(row: Row): Source {
  const known = sources.get(row);
  if (known) return known;
  // One that did not change is the same object each time: thousands are asked when a conversation opens.
  let [cells, words]: [Cells | undefined, Words | null] = [undefined, null];
  const read = (): Words | null => {
    if (cells !== row.cells) [cells, words] = [row.cells, wordsOf(row)];
    return words;
  };
  const made: Source = {
    key: typeof row.id === "number" ? `#${row.id}` : `=${row.id}`,
    id: row.id,
    read,
    subscribe: (changed) => row.subscribe(changed),
  };
  sources.set(row, made);
  return made;
}

/** The messages of a buffer that are not empty, in its order. */
export function fromBuffer(buffer: Buffer | undefined): readonly Source[] {
  return (buffer?.rows ?? []).filter((row) => row.cells !== null).map(sourceOf);
}

const remembered = new WeakMap<Values, Source>();

/** Older messages, which grow at their front: a message is named by its place counted from the end. */
export function fromHistory(history: unknown): readonly Source[] {
  const rows = records(history);
  return rows.map((row, index) => {
    const key = `<${rows.length - index}`;
    const known = remembered.get(row);
    if (known?.key === key) return known;
    const made = still(key, {
      content: asText(row["content"] ?? row["msg"]),
      fromUser: Boolean(row["from_user"] ?? row["fromUser"]),
      more: moreOf((field) => row[field]),
    });
    remembered.set(row, made);
    return made;
  });
}

/** How often a prompt with exactly this text is there already. */
export function countSaid(rows: readonly Source[], text: string): number {
  const wanted = text.trim();
  return rows.filter((row) => {
    const words = row.read();
    return words?.fromUser === true && words.content.trim() === wanted;
  }).length;
}
