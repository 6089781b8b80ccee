/** Long conversations are laid out, drawn and skipped in pieces. */
import { saidOf, type Source } from "./rows";

/** Messages that are laid out, and skipped while off screen, together. */
export interface Section {
  readonly key: string;
  readonly items: readonly Source[];
}

/** Messages in a section: so many are drawn in one go, which should take no longer than a frame or two. */
const SIZE = 20;

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
  const byId = group(rows, ({ id }) => `#${Math.floor((id as number) / SIZE)}`, counted);
  // Ids far apart would make a group of each message.
  const even = byId && byId.length <= rows.length / 8 + 3 ? byId : group(rows, (_row, index) => `@${Math.floor(index / SIZE)}`);
  const old = group(history, (_row, index) => `<${Math.floor((history.length - 1 - index) / SIZE)}`) ?? [];
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

/** Characters in a line of text at full measure. */
const LINE = 80;

/** About how high messages will be, in rem, before anybody drew them. */
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
