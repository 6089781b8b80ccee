/**
 * Cards that are not part of the first load. A file `PascalCase.svelte` in this folder is a card; it is loaded when a page
 * first shows one. Two cards are in other rooms.
 */
import type { CardComponent } from "./props";

interface CardModule {
  readonly default: CardComponent;
}

const found = import.meta.glob<CardModule>(["./*.svelte", "!./Meta.svelte", "../forms/Form.svelte", "../threads/Threads.svelte"]);
const files: Readonly<Record<string, () => Promise<CardModule>>> = Object.fromEntries(
  Object.entries(found).map(([path, load]) => [path.slice(path.lastIndexOf("/") + 1), load]),
);

const fileOf = (view: string): string =>
  `${view.replace(/(^|_)([a-z0-9])/g, (_all, _bar, letter: string) => letter.toUpperCase())}.svelte`;

/** Load a card; undefined when there is none of this view. */
export async function load(view: string): Promise<CardComponent | undefined> {
  const file = fileOf(view);
  return Object.hasOwn(files, file) ? (await files[file]?.())?.default : undefined;
}
