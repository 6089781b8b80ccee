/** Threads in groups by when something last happened in them, in the reader's days. Pure functions. */
import { num, str, yes, type Values } from "../page/read";

export interface Thread {
  readonly id: string;
  readonly title: string;
  readonly time: number | undefined;
  readonly pinned: boolean;
  readonly archived: boolean;
  readonly shared: boolean;
  readonly active: boolean;
}

export type Age = "pinned" | "today" | "yesterday" | "lastWeek" | "lastMonth" | "olderThreads";

export interface Group {
  readonly age: Age;
  readonly threads: readonly Thread[];
}

const DAY_MS = 86_400_000;

/** Read a thread as the app sent it. */
export const readThread = (item: Values): Thread => ({
  id: str(item["id"]) ?? "",
  title: str(item["title"]) ?? "",
  time: num(item["time"]),
  pinned: yes(item["pinned"]),
  archived: yes(item["archived"]),
  shared: yes(item["shared"]),
  active: yes(item["active"]),
});

/** When a thread was last used, as seen at `now`. */
export function ageOf(thread: Thread, now: Date): Age {
  if (thread.pinned) return "pinned";
  if (thread.time === undefined) return "olderThreads";
  const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate()).getTime();
  const at = thread.time * 1000;
  if (at >= midnight) return "today";
  // Days are 23 to 25 hours long: half a day more or less is still the day before.
  if (at >= new Date(midnight - DAY_MS / 2).setHours(0, 0, 0, 0)) return "yesterday";
  if (at >= midnight - 7 * DAY_MS) return "lastWeek";
  return at >= midnight - 30 * DAY_MS ? "lastMonth" : "olderThreads";
}

/** Threads in their order, one group for each age. */
export function intoGroups(threads: readonly Thread[], now: Date): readonly Group[] {
  const groups = new Map<Age, Thread[]>();
  for (const thread of threads) {
    const age = ageOf(thread, now);
    const group = groups.get(age);
    if (group) group.push(thread);
    else groups.set(age, [thread]);
  }
  return [...groups].map(([age, members]) => ({ age, threads: members }));
}
