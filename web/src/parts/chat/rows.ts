/** What the chat reads from rows, whichever buffer kind, spelling or origin they have. */
import type { Buffer, Row, RowId } from "../../state/page";
import { asText, records, type Props } from "../../read";

/** One message as it is now. */
export interface Words {
  /** Markdown. */
  readonly content: string;
  readonly fromUser: boolean;
}

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

/** Messages that are laid out, and skipped while off screen, together. */
export interface Section {
  readonly key: string;
  readonly items: readonly Source[];
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
  };
}

const sources = new WeakMap<Row, Source>();

function sourceOf(row: Row): Source {
  const known = sources.get(row);
  if (known) return known;
  const made: Source = {
    key: typeof row.id === "number" ? `#${row.id}` : `=${row.id}`,
    id: row.id,
    read: () => wordsOf(row),
    subscribe: (changed) => row.subscribe(changed),
  };
  sources.set(row, made);
  return made;
}

/** The messages of a buffer that are not empty, in its order. */
export function fromBuffer(buffer: Buffer | undefined): readonly Source[] {
  return (buffer?.rows ?? []).filter((row) => row.cells !== null).map(sourceOf);
}

const remembered = new WeakMap<Props, Source>();

/** Older messages, which grow at their front: a message is named by its place counted from the end. */
export function fromHistory(history: unknown): readonly Source[] {
  const rows = records(history);
  return rows.map((row, index) => {
    const key = `<${rows.length - index}`;
    const known = remembered.get(row);
    if (known?.key === key) return known;
    const content = asText(row["content"] ?? row["msg"]);
    const made = still(key, { content, fromUser: Boolean(row["from_user"] ?? row["fromUser"]) });
    remembered.set(row, made);
    return made;
  });
}

const size = 40;

/**
 * Group messages so that a list of thousands stays cheap: a new message touches the last group only, one that leaves
 * at the front the first only, and older ones that come make new groups. Groups that did not change stay the same object.
 */
export function intoSections(
  history: readonly Source[],
  rows: readonly Source[],
  before: readonly Section[] = [],
): readonly Section[] {
  const counted = rows.every(({ id }, index) => typeof id === "number" && (index === 0 || id > (rows[index - 1]?.id as number)));
  const byId = group(rows, ({ id }) => `#${Math.floor((id as number) / size)}`, counted);
  // Ids far apart would make a group of each message.
  const even = byId && byId.length <= rows.length / 8 + 3 ? byId : group(rows, (_row, index) => `@${Math.floor(index / size)}`);
  const old = group(history, (_row, index) => `<${Math.floor((history.length - 1 - index) / size)}`) ?? [];
  const known = new Map(before.map((section) => [section.key, section]));
  return [...old, ...(even ?? [])].map((section) => {
    const same = known.get(section.key);
    return same?.items.length === section.items.length && same.items.every((item, index) => item === section.items[index])
      ? same
      : section;
  });
}

function group(rows: readonly Source[], bucket: (row: Source, index: number) => string, possible = true): Section[] | null {
  if (!possible) return null;
  const sections: { key: string; items: Source[] }[] = [];
  rows.forEach((row, index) => {
    const key = bucket(row, index);
    const last = sections.at(-1);
    if (last?.key === key) last.items.push(row);
    else sections.push({ key, items: [row] });
  });
  return sections;
}

/** How often the person already said exactly this. */
export function countSaid(rows: readonly Source[], text: string): number {
  const wanted = text.trim();
  return rows.filter((row) => {
    const words = row.read();
    return words?.fromUser === true && words.content.trim() === wanted;
  }).length;
}
