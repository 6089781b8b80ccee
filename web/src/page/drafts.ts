/** Text that was typed and not sent, kept in the tab so that it survives a reload and a replaced card. */
import { read, storageKey, write } from "./storage";

/** The name that a draft is kept under: its conversation's, if the card has several. */
export const placeOf = (card: string, thread: string): string => (thread === "" ? card : `${card}/${thread}`);

export const readDraft = (place: string): string => read(storageKey("draft", place));

export function keepDraft(place: string, text: string): void {
  write(storageKey("draft", place), text);
}

/** Forget what was kept for a conversation that is gone. */
export function forgetThread(thread: string): void {
  const ours = [storageKey("draft", ""), storageKey("files", "")];
  try {
    for (const kept of Object.keys(sessionStorage)) {
      if (kept.endsWith(`/${thread}`) && ours.some((prefix) => kept.startsWith(prefix))) sessionStorage.removeItem(kept);
    }
  } catch {
    // No storage: nothing was kept.
  }
}
