// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { area, speak, type Phrases } from "./area";
import { locale, speakLocally } from "./locale";
import { plurals } from "./plurals";

type Areas = Readonly<Record<string, Phrases>>;

const languages = ["de", "es", "fr", "zh", "ja", "ar"];
const catalogues = import.meta.glob<{ readonly default: Areas }>("./{de,es,fr,zh,ja,ar}.ts", { eager: true });
const sources = import.meta.glob<string>("./*.ts", { eager: true, query: "?raw", import: "default" });
const modules = import.meta.glob<{ readonly text?: Phrases; readonly words?: Phrases }>(["./*.ts", "!./*.test.ts"], { eager: true });

/** The English words of every part, by its name. */
const english: Areas = Object.fromEntries(
  Object.entries(sources).flatMap(([file, source]) => {
    const name = /export const (?:text|words) = area\("(\w+)"/.exec(source)?.[1];
    const text = modules[file]?.text ?? modules[file]?.words;
    return name !== undefined && text ? [[name, { ...text }]] : [];
  }),
);

const names = ["«A»", "«B»", "«C»"];
const counts = [7001, 7002, 7003];
const asLatin = (words: string): string => words.replace(/[٠-٩]/g, (digit) => String("٠١٢٣٤٥٦٧٨٩".indexOf(digit))).replace(/(?<=\d)[.,٬\s](?=\d)/g, "");

/** What a phrase says: for names that could be anything where it takes any, and for all sorts of numbers. */
function said(phrase: Phrases[string] | undefined): readonly string[] {
  if (typeof phrase !== "function") return [phrase ?? ""];
  const say = phrase as (...values: unknown[]) => string;
  const named = say(...names);
  return [...(named.includes("NaN") ? [] : [named]), ...[0, 1, 2, 3, 5, 11, 100].map((n) => say(n, n, n)), say(...counts)];
}

/** Which of the values a phrase says. */
function values(phrase: Phrases[string] | undefined): readonly number[] {
  if (typeof phrase !== "function") return [];
  const say = phrase as (...values: unknown[]) => string;
  const [named, counted] = [say(...names), asLatin(say(...counts))];
  return [0, 1, 2].filter((index) => named.includes(names[index] ?? "") || counted.includes(String(counts[index])));
}

test("every part of the interface is found here", () => {
  expect(Object.keys(english)).toEqual(expect.arrayContaining(["page", "forms", "header", "errors", "ended"]));
  const parts = Object.values(sources).filter((source) => /^export const \w+ = area\(/m.test(source));
  expect(Object.keys(english)).toHaveLength(parts.length);
});

describe.each(languages)("%s", (language) => {
  const catalogue = catalogues[`./${language}.ts`]?.default ?? {};

  test("has a phrase for each English one, and no other", () => {
    const names = (areas: Areas): Record<string, string[]> => Object.fromEntries(Object.entries(areas).map(([name, words]) => [name, Object.keys(words).sort()]));
    expect(names(catalogue)).toEqual(names(english));
  });

  test.each(Object.keys(english))("says all of %s, with the same values", (part) => {
    for (const [key, phrase] of Object.entries(english[part] ?? {})) {
      const own = catalogue[part]?.[key];
      expect(typeof own, key).toBe(typeof phrase);
      for (const words of said(own)) {
        expect(words, key).not.toMatch(/undefined|NaN|\[object|#/);
        expect(words.trim(), key).not.toBe("");
      }
      expect(values(own), key).toEqual(values(phrase));
    }
  });

  test("leaves nothing in English but what is the same", () => {
    const same = Object.entries(english).flatMap(([part, words]) => Object.entries(words).filter(([key, phrase]) => typeof phrase === "string" && catalogue[part]?.[key] === phrase).map(([key]) => key));
    expect(same.length, same.join()).toBeLessThan(0.15 * Object.values(english).flatMap(Object.keys).length);
  });

  test("does without exclamation marks", () => {
    const loud = Object.values(catalogue).flatMap((words) => Object.values(words).flatMap(said)).filter((words) => /[!！¡]/.test(words));
    expect(loud).toEqual([]);
  });
});

test("plurals follow the rules of the language", () => {
  const arabic = plurals("ar");
  const forms = { zero: "0", one: "1", two: "2", few: "few #", many: "many #", other: "other #" };
  expect([0, 1, 2, 3, 11, 100].map((n) => arabic(n, forms).split(" ")[0])).toEqual(["0", "1", "2", "few", "many", "other"]);
  expect(plurals("de")(1234, { other: "# Dateien" })).toBe("1.234 Dateien");
});

describe("the page's language", () => {
  const html = document.documentElement;
  const before = Object.fromEntries(Object.entries(english).map(([name, words]) => [name, { ...words }]));
  beforeEach(() => Object.assign(html, { lang: "en", dir: "ltr" }));
  afterEach(() => {
    speak(before);
  });

  test("is spoken by parts that are there and by parts that come later", async () => {
    html.lang = "de";
    const { text } = await import("./en");
    await speakLocally();
    expect(text.copy).toBe("Kopieren");
    expect(area("header", { menu: "Menu", close: "Close" }).close).toBe("Schließen");
  });

  test("is English for what has no catalogue", async () => {
    html.lang = "tlh";
    const { text } = await import("./en");
    await speakLocally();
    expect(text.copy).toBe("Copy");
  });

  test("dates and numbers follow the person's region where it speaks it", () => {
    Object.defineProperty(navigator, "languages", { value: ["fr-CA", "en-GB", "de-AT"], configurable: true });
    const found = ["en", "de", "fr", "ja"].map((lang) => {
      html.lang = lang;
      return locale();
    });
    expect(found).toEqual(["en-GB", "de-AT", "fr-CA", "ja"]);
  });
});
