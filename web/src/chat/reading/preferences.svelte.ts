/** The reader's preferences for reading and typing, for all pages of this browser; changed in the list of shortcuts. */
import { MediaQuery } from "svelte/reactivity";
import type { ChatbotCard } from "../../page/cards.gen";

export type Say = "all" | "ends" | "nothing";

const KEY = "swell:reading";

interface Habits {
  /** What of an answer is said to screen readers. */
  readonly say: Say;
  /** Single letters are shortcuts. */
  readonly singleKeys: boolean;
}

let kept = $state.raw<Habits>(read());

function read(): Habits {
  const usual: Habits = { say: "all", singleKeys: true };
  try {
    return { ...usual, ...(JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Habits>) };
  } catch {
    return usual;
  }
}

let coarse: MediaQuery | undefined;

/**
 * Whether Enter breaks the line and Ctrl+Enter sends: a touch screen's keyboard has no Shift+Enter. Reactive.
 *
 * @param card Its `submit_key` may ask for it everywhere.
 */
export function sendsByCtrl(card: ChatbotCard): boolean {
  coarse ??= new MediaQuery("pointer: coarse");
  return card.submit_key === "ctrl_enter" || coarse.current;
}

/** Reactive. */
export const habits = (): Habits => kept;

export function keepHabits(change: Partial<Habits>): void {
  kept = { ...kept, ...change };
  try {
    localStorage.setItem(KEY, JSON.stringify(kept));
  } catch {
    // No storage: they are kept as long as the page.
  }
}
