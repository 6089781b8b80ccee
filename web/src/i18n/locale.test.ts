// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { text as common } from "words:common";
import { text as forms } from "words:forms";
import languages from "words:languages";
import { text as page } from "words:page";
import { area, speak } from "./area";
import { locale, speakLocally } from "./locale";

const html = document.documentElement;
const english = { common: { ...common }, forms: { ...forms }, page: { ...page } };

const prefer = (...languages: string[]): unknown => Object.defineProperty(navigator, "languages", { value: languages, configurable: true });

beforeEach(() => Object.assign(html, { lang: "en", dir: "ltr" }));
afterEach(() => {
  speak(english);
});

describe("the page's language", () => {
  test("is spoken by parts that are there and by parts that come later", async () => {
    html.lang = "de";
    await speakLocally();
    expect(page.copy).toBe("Kopieren");
    expect(area("header", { menu: "Menu", navigation: "Navigation" }).menu).toBe("Menü");
  });

  test("is English for what has no texts", async () => {
    html.lang = "tlh";
    await speakLocally();
    expect(page.copy).toBe("Copy");
  });

  test("is found without its region and its script", async () => {
    html.lang = "zh-Hans";
    await speakLocally();
    expect(page.copy).toBe("复制");
  });

  test("dates and numbers follow the person's region where it speaks it", () => {
    prefer("fr-CA", "en-GB", "de-AT");
    const found = ["en", "de", "fr", "ja"].map((lang) => {
      html.lang = lang;
      return locale();
    });
    expect(found).toEqual(["en-GB", "de-AT", "fr-CA", "ja"]);
  });
});

describe("numbers choose the form of a text", () => {
  test("by the rules of the language", async () => {
    html.lang = "ar";
    await speakLocally();
    expect([0, 1, 2, 3, 11, 100].map((count) => forms.chosen({ count }).replace(/[\d٠-٩]+/, "#"))).toEqual([
      "لم يُختر شيء",
      "اختيار واحد",
      "اختياران",
      "# اختيارات",
      "# اختيارًا",
      "# اختيار",
    ]);
  });

  test("and are written as the language writes them", async () => {
    prefer("en-US");
    expect(page.newCount({ count: 1 })).toBe("1 new message");
    expect(page.newCount({ count: 1234 })).toBe("1,234 new messages");
    prefer("de-DE");
    html.lang = "de";
    await speakLocally();
    expect(page.newCount({ count: 1234 })).toBe("1.234 neue Nachrichten");
  });
});

describe.each(Object.keys(languages))("%s", (language) => {
  test("does without exclamation marks, and says what differs from English", async () => {
    const texts = (await languages[language]?.())?.default ?? {};
    const said = Object.values(texts).flatMap((area) => Object.values(area)).map(String);
    expect(said.filter((text) => /[!！¡](?!=)/.test(text))).toEqual([]);
    const before = new Set(Object.values({ ...english.page, ...english.forms, ...english.common }).filter((text) => typeof text === "string"));
    const own = Object.values({ ...texts["page"], ...texts["forms"], ...texts["common"] }).filter((text) => typeof text === "string");
    expect(own.filter((text) => before.has(text)).length).toBeLessThan(0.15 * own.length);
  });
});

/** Every text is read by name from somewhere; failures come with a message, by their code. */
test("no text is there that nothing reads", () => {
  const sources = import.meta.glob<string>(["../**/*.{ts,svelte}", "!../**/*.test.ts", "!./*.d.ts"], { eager: true, query: "?raw", import: "default" });
  const all = Object.values(sources);
  const read = new Set<string>();
  for (const source of all) {
    for (const [, alias = "text", area = ""] of source.matchAll(/import \{ text(?: as (\w+))? \} from "words:(\w+)"/g)) {
      for (const [, key = ""] of source.matchAll(new RegExp(`\\b${alias}\\.(\\w+)`, "g"))) read.add(`${area}.${key}`);
      // Where the key is a value, it stands somewhere as a string.
      if (source.includes(`${alias}[`)) for (const [, key = ""] of all.join("\n").matchAll(/"(\w+)"/g)) read.add(`${area}.${key}`);
    }
  }
  const declared = import.meta.glob<string>("./words.gen.d.ts", { eager: true, query: "?raw", import: "default" })["./words.gen.d.ts"] ?? "";
  const texts = declared.split("declare module ").flatMap((part) => [...part.matchAll(/readonly (\w+): (?:string;|\(values)/g)].map(([, key = ""]) => `${/"words:(\w+)"/.exec(part)?.[1] ?? ""}.${key}`));
  expect(texts.length).toBeGreaterThan(200);
  expect(texts.filter((key) => !read.has(key) && !/^(failures|incomplete)\./.test(key))).toEqual([]);
});
