/** Cards by view: the conversation is part of the first load, and all others are in `others.ts`. */
import type { Component } from "svelte";
import Chatbot from "../chat/Chatbot.svelte";
import type { CardComponent } from "./props";

export type { CardComponent, CardProps } from "./props";

const ready = new Map<string, CardComponent | undefined>([["chatbot", Chatbot as Component<never> as CardComponent]]);

/** Whether this view was loaded, or found to be unknown. */
export const isLoaded = (view: string): boolean => ready.has(view);

/** The card, once it is loaded; undefined when there is none of this view. */
export const loadedCard = (view: string): CardComponent | undefined => ready.get(view);

/** Load the card of a view. */
export async function loadCard(view: string): Promise<void> {
  ready.set(view, await (await import("./others")).load(view));
}
