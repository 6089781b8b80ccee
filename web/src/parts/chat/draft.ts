/** What a person typed and did not send, kept in the tab so that a reload or a card put anew does not lose it. */
import { storageKey } from "../../context";

export function readDraft(card: string): string {
  try {
    return sessionStorage.getItem(storageKey("draft", card)) ?? "";
  } catch {
    return "";
  }
}

export function keepDraft(card: string, text: string): void {
  try {
    if (text === "") sessionStorage.removeItem(storageKey("draft", card));
    else sessionStorage.setItem(storageKey("draft", card), text);
  } catch {
    // No storage or full: the draft then lives as long as the page.
  }
}
