import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { compile, declarations, faults, FOLDER, parse, readLocales, type Locale } from "./words.ts";

const locale = (texts: Readonly<Record<string, string>>): Locale => ({ language: { tag: "en" }, both: {}, client: { page: texts }, server: {} });

/** What a compiled message says, with numbers as `<n>` and the English rule of plurals. */
function say(message: string, values?: object): unknown {
  const plural = (count: number, forms: Record<string, string>): string | undefined => (count === 1 ? (forms["one"] ?? forms["other"]) : forms["other"]);
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- what the build makes of a message is code
  const make = new Function("$written", "$plural", `return ${compile(message)}`) as (...helpers: unknown[]) => unknown;
  const made = make((n: number) => `<${String(n)}>`, plural);
  return typeof made === "function" ? (made as (values: unknown) => unknown)(values) : made;
}

describe("a message", () => {
  test("without values is the string that it is, whatever is in it", () => {
    const message = "It's `${so}` \\ \"quoted\" # 1".replace("${so}", "so");
    expect(say(message)).toBe(message);
  });

  test("puts in texts and numbers by name", () => {
    expect(say("{at, number} of {name}: `${x}`".replace("${x}", "x"), { at: 7, name: "${y}" })).toBe("<7> of ${y}: `x`");
  });

  test("chooses by number, more than once and inside", () => {
    const message = "{files, plural, one {# file} other {# files of {name}}}, {left, plural, other {#}} left";
    expect(say(message, { files: 1, left: 2, name: "Ada" })).toBe("<1> file, <2> left");
    expect(say(message, { files: 3, left: 0, name: "Ada" })).toBe("<3> files of Ada, <0> left");
  });

  test.each(["{", "}", "{}", "{a", "{a b}", "{a, date}", "{a, plural, one {x}}", "{a, plural, some {x} other {y}}", "{a, plural, other {x}"])("cannot be `%s`", (message) => {
    expect(() => parse(message)).toThrow("cannot read");
  });
});

describe("a file of texts", () => {
  const english = locale({ hello: "Hello {name}", files: "{n, plural, one {# file} other {# files}}" });

  test.each([
    ["a text is missing", { hello: "Hallo {name}" }, "client.page.files is missing"],
    ["a text is empty", { hello: " ", files: "{n, number} Dateien" }, "client.page.hello is missing"],
    ["a text is one too many", { hello: "Hallo {name}", files: "{n, number}", bye: "Ade" }, "client.page.bye is not among the English texts"],
    ["a value has another name", { hello: "Hallo {who}", files: "{n, number}" }, "client.page.hello puts in {who} instead of {name}"],
    ["a message is broken", { hello: "Hallo {name", files: "{n, number}" }, "client.page.hello: cannot read `Hallo {name` after `Hallo {name`"],
  ])("is refused when %s", (_, texts, fault) => {
    expect(faults(locale(texts as Record<string, string>), english)).toEqual([fault]);
  });

  test("that is refused stops the build, with its name", () => {
    const folder = mkdtempSync(join(tmpdir(), "words-"));
    writeFileSync(join(folder, "en.json"), JSON.stringify(english));
    writeFileSync(join(folder, "tlh.json"), JSON.stringify(locale({ hello: "nuqneH {name}" })));
    expect(() => readLocales(folder)).toThrow("tlh.json: client.page.files is missing");
  });
});

test("the types are those of the English texts; `make gen` writes them", async () => {
  const english = readLocales(FOLDER).get("en");
  await expect(declarations(english as Locale)).toMatchFileSnapshot("../src/i18n/words.gen.d.ts");
});
