/** The reader's preferences for reading and typing, for all pages of this browser; changed in the list of shortcuts. */
import { MediaQuery } from "svelte/reactivity";
import type { ChatbotCard } from "../../page/cards.gen";

export type Announced = "all" | "ends" | "nothing";

const KEY = "swell:reading";

interface Preferences {
  /** How much of an answer is announced to screen readers. */
  readonly say: Announced;
  /** Single letters are shortcuts. */
  readonly singleKeys: boolean;
}

let kept = $state.raw<Preferences>(read());

function read(): Preferences {
  const usual: Preferences = { say: "all", singleKeys: true };
  try {
    return { ...usual, ...(JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Preferences>) };
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
export const preferences = (): Preferences => kept;

export function savePreferences(change: Partial<Preferences>): void {
  kept = { ...kept, ...change };
  try {
    localStorage.setItem(KEY, JSON.stringify(kept));
  } catch {
    // No storage: they are kept as long as the page.
  }
}
