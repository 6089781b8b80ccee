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

/** How often the person already said exactly this. */
export function countSaid(rows: readonly Source[], text: string): number {
  const wanted = text.trim();
  return rows.filter((row) => {
    const words = row.read();
    return words?.fromUser === true && words.content.trim() === wanted;
  }).length;
}
