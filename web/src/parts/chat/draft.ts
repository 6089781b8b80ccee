/** What a person typed and did not send, kept in the tab so that a reload or a card put anew does not lose it. */
import { storageKey } from "../../context";

export const readDraft = (card: string): string => read(storageKey("draft", card));

export function keepDraft(card: string, text: string): void {
  write(storageKey("draft", card), text);
}

export function read(key: string): string {
  try {
    return sessionStorage.getItem(key) ?? "";
  } catch {
    return "";
  }
}

export function write(key: string, text: string): void {
  try {
    if (text === "") sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, text);
  } catch {
    // No storage or full: the draft then lives as long as the page.
  }
}
