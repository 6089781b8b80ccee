/** Long conversations are laid out, drawn and skipped in pieces. */
import { saidOf, type Source } from "../messages/rows";

/** Messages that are laid out, and skipped while off screen, together. */
export interface Section {
  readonly key: string;
  readonly items: readonly Source[];
}

/** Messages in a section: so many are drawn in one go, which should take no longer than a frame or two. */
const SIZE = 20;

let made = 0;

/**
 * Group messages so that a list of thousands stays cheap and none is drawn again because others came or went.
 *
 * A message stays in its section. New ones at the end fill the last section and then make others, new ones at the front
 * make new sections. A section in which nothing changed stays the same object.
 *
 * @param before What this function returned for the messages as they were.
 */
export function intoSections(all: readonly Source[], before: readonly Section[] = []): readonly Section[] {
  const homes = new Map(before.flatMap((section) => section.items.map(({ key }) => [key, section] as const)));
  const used = new Set<Section>();
  const known = all.findIndex(({ key }) => homes.has(key));
  const first = known < 0 ? all.length : known;
  const groups: { readonly home: Section | undefined; readonly items: Source[] }[] = [];
  // Counted from the back: those that come at the end fill the last one.
  for (let end = first; end > 0; end -= SIZE) groups.unshift({ home: undefined, items: all.slice(Math.max(0, end - SIZE), end) });
  for (const source of all.slice(first)) {
    const home = homes.get(source.key);
    const last = groups.at(-1);
    if (home && home !== last?.home && !used.has(home)) {
      used.add(home);
      groups.push({ home, items: [source] });
    } else if (last && (home ? home === last.home : last.items.length < SIZE)) last.items.push(source);
    else groups.push({ home: undefined, items: [source] });
  }
  return groups.map(({ home, items }) => {
    const same = home?.items.length === items.length && home.items.every((item, index) => item === items[index]);
    return same ? home : { key: home?.key ?? String(++made), items };
  });
}

/** Characters in a line of text at full measure. */
const LINE = 80;

/** Estimated height of messages that were never drawn, in rem. */
export function estimate(items: readonly Source[]): number {
  let lines = 0;
  for (const item of items) {
    const words = item.read();
    if (words === null) continue;
    const content = saidOf(words);
    lines += content.length / LINE + 2.5;
    for (let at = content.indexOf("\n"); at >= 0; at = content.indexOf("\n", at + 1)) lines += 0.75;
  }
  return Math.ceil(lines * 1.65);
}
