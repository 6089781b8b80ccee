/** What a person typed and did not send, kept in the tab so that a reload or a card put anew loses nothing. */
import { storageKey } from "../../context";

/** Texts longer than this, in characters, are not written at every key. */
const LONG = 10_000;
const LATER_MS = 500;

const later = new Map<string, { readonly text: string; readonly timer: ReturnType<typeof setTimeout> }>();
addEventListener("pagehide", () => {
  for (const [card, { text }] of later) keepNow(card, text);
});

export function readDraft(card: string): string {
  return later.get(card)?.text ?? read(storageKey("draft", card));
}

export function keepDraft(card: string, text: string): void {
  clearTimeout(later.get(card)?.timer);
  if (text.length <= LONG) {
    keepNow(card, text);
    return;
  }
  later.set(card, {
    text,
    timer: setTimeout(() => {
      keepNow(card, text);
    }, LATER_MS),
  });
}

function keepNow(card: string, text: string): void {
  clearTimeout(later.get(card)?.timer);
  later.delete(card);
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
