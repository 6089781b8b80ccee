/**
 * The texts of one area of the interface: English as compiled into the client, or what the page's language has in its
 * place. An area that is loaded late brings its own texts, so that they are no burden to a page that does without it.
 */
export type Text = string | ((values: never) => string);
export type Texts = Readonly<Record<string, Text>>;

const areas = new Map<string, Record<string, Text>>();
let chosen: Readonly<Record<string, Texts>> = {};

/** Name the texts of an area, see `tools/words.ts`. Read them when they are shown, not when a module is loaded. */
export function area<T extends Record<string, Text>>(name: string, english: T): T {
  areas.set(name, english);
  return Object.assign(english, chosen[name]);
}

/** Show the texts of a language from now on. */
export function speak(language: Readonly<Record<string, Texts>>): void {
  chosen = language;
  for (const [name, texts] of areas) Object.assign(texts, language[name]);
}
