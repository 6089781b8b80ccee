/** What messages and the prompt box may want to know of the conversation that they are in. */
import type { Json } from "../page/state";
import { getContext, setContext } from "svelte";
import type { Source } from "./messages/rows";

export interface Surroundings {
  /** Whether the app listens to this event. */
  listens(event: string): boolean;
  /** Whether Enter breaks the line and Ctrl+Enter sends. */
  byCtrl(): boolean;
  /** Whether the editor of this message is to be opened; true once. Reactive. */
  edits(source: Source): boolean;
  /** Tell the app. */
  emit(event: string, data: Readonly<Record<string, Json>>): Promise<"ok" | "failed">;
  /** A question in the conversation was answered here. */
  answered(question: Element): void;
  /** Register the function that focuses the actions of a message; returns a function that removes it. */
  offerActions(source: Source, focus: () => boolean): () => void;
  /** Send a prompt; what is in the box stays there. */
  say(words: string): void;
}

const KEY = Symbol("conversation");

/** Called once by the card, while it is being set up. */
export function surround(what: Surroundings): void {
  setContext(KEY, what);
}

export const surroundings = (): Surroundings | undefined => getContext<Surroundings | undefined>(KEY);
