/**
 * The words of one part of the interface: English as it stands in the source, or what the catalogue of the page's
 * language has in its place. A part that is loaded late brings its own words, so that they are no burden to a page
 * that does without it.
 */
export type Phrase = string | ((...values: never[]) => string);

let chosen: Readonly<Record<string, unknown>> = {};
const open: Record<string, Phrase>[] = [];

/** Name the words of a part. Read them when they are shown, not when a module is loaded. */
export function area<T extends Record<string, Phrase>>(english: T): T {
  open.push(english);
  translate(english);
  return english;
}

/** Speak as this catalogue does, from now on. */
export function speak(catalogue: Readonly<Record<string, unknown>>): void {
  chosen = catalogue;
  open.forEach(translate);
}

function translate(words: Record<string, Phrase>): void {
  for (const key of Object.keys(words)) if (Object.hasOwn(chosen, key)) words[key] = chosen[key] as Phrase;
}
