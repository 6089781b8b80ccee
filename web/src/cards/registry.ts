/**
 * Cards by view. A file `PascalCase.svelte` in this folder is a card; it is loaded when a page first shows one. Three
 * cards are in other rooms.
 */
import type { Component } from "svelte";
import type { CardState } from "../page/state";
import Chatbot from "../chat/Chatbot.svelte";

/** What every card receives; each takes the state as what its class on the server lets pass. */
export interface CardProps {
  /** Name of the card on the page. */
  key: string;
  card: CardState;
}

export type CardComponent = Component<CardProps>;

interface CardModule {
  readonly default: CardComponent;
}

const found = import.meta.glob<CardModule>(["./*.svelte", "!./Meta.svelte", "../forms/Form.svelte", "../threads/Threads.svelte"]);
const files: Readonly<Record<string, () => Promise<CardModule>>> = Object.fromEntries(
  Object.entries(found).map(([path, load]) => [path.replace(/.*\//, ""), load]),
);

/** Part of the first load. */
const ready: Record<string, CardComponent> = { chatbot: Chatbot as Component<never> as CardComponent };

const fileOf = (view: string): string =>
  `${view.replace(/(^|_)([a-z0-9])/g, (_all, _bar, letter: string) => letter.toUpperCase())}.svelte`;

/** Whether there is such a card. */
export const isKnown = (view: string): boolean => Object.hasOwn(ready, view) || Object.hasOwn(files, fileOf(view));

/** The card if it has been loaded already. */
export const loadedCard = (view: string): CardComponent | undefined => (Object.hasOwn(ready, view) ? ready[view] : undefined);

/** Load a card; undefined when there is none of this view. */
export async function loadCard(view: string): Promise<CardComponent | undefined> {
  const load = files[fileOf(view)];
  if (!load) return loadedCard(view);
  return (ready[view] ??= (await load()).default);
}
