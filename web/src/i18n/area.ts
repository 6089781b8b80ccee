/**
 * The words of one part of the interface: English as it stands in the source, or what the catalogue of the page's
 * language has in its place. A part that is loaded late brings its own words, so that they are no burden to a page
 * that does without it.
 */
export type Phrase = string | ((...values: never[]) => string);
export type Phrases = Readonly<Record<string, Phrase>>;

const areas = new Map<string, Record<string, Phrase>>();
let chosen: Readonly<Record<string, Phrases>> = {};

/**
 * Name the words of a part. Read them when they are shown, not when a module is loaded.
 *
 * @param name Under which catalogues have them; add the part to `catalogue.ts`.
 */
export function area<T extends Record<string, Phrase>>(name: string, english: T): T {
  areas.set(name, english);
  return Object.assign(english, chosen[name]);
}

/** Speak as this catalogue does, from now on. */
export function speak(catalogue: Readonly<Record<string, Phrases>>): void {
  chosen = catalogue;
  for (const [name, words] of areas) Object.assign(words, catalogue[name]);
}
