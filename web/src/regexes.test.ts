/**
 * Every regular expression that reads untrusted text takes time in proportion to its length.
 *
 * The list is found in the sources: each literal and each `new RegExp` is either tried on its worst cases or named below
 * with the reason why it never sees a long text of others. So a new one fails until it is one or the other.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, test } from "vitest";

const ROOT = dirname(fileURLToPath(import.meta.url));

interface Found {
  readonly file: string;
  readonly source: string;
  readonly regex: RegExp | undefined;
}

/** The scripts of a file. */
function scripts(path: string): string {
  const text = readFileSync(path, "utf8");
  if (!path.endsWith(".svelte")) return text;
  const script = /<script[^>]*>([^]*?)<\/script>/.exec(text)?.[1] ?? "";
  // What stands in braces in the markup is script as well.
  const inMarkup = text.replace(/<(script|style)[^>]*>[^]*?<\/\1>/g, "").match(/(?<=[(=,!&|?:{ ])\/(?![/*>])(?:\\.|\[(?:\\.|[^\]\n])*\]|[^/\n\\[])+\/[a-z]*\.(?:test|exec)|(?<=\()\/(?![/*>])(?:\\.|\[(?:\\.|[^\]\n])*\]|[^/\n\\[])+\/[a-z]*/g) ?? [];
  return `${script}\n${inMarkup.map((one, index) => `const markup${String(index)} = ${one.replace(/\.(?:test|exec)$/, "")};`).join("\n")}`;
}

/** Texts that name others, such as `${LABEL}` in `notes.ts`, by what they stand for. */
function evaluated(argument: string, constants: ReadonlyMap<string, string>): string | undefined {
  const body = /^(String\.raw)?(["'`])([^]*)\2$/.exec(argument);
  if (body?.[3] === undefined) return undefined;
  const plain = body[1] === undefined ? body[3].replace(/\\\\/g, "\\") : body[3];
  const filled = plain.replace(/\$\{(\w+)\}/g, (all, name: string) => constants.get(name) ?? all);
  return filled.includes("${") ? undefined : filled;
}

function find(): Found[] {
  const files = readdirSync(ROOT, { recursive: true, encoding: "utf8" })
    .map((name) => join(ROOT, name))
    .filter((path) => /\.(?:ts|svelte)$/.test(path) && !/\.test\.ts$|testing\.ts$|testkit\.ts$|xss\.ts$/.test(path));
  return files.flatMap((path) => {
    const file = relative(ROOT, path);
    const tree = ts.createSourceFile(path, scripts(path), ts.ScriptTarget.Latest, true);
    const found: Found[] = [];
    const constants = new Map<string, string>();
    const visit = (node: ts.Node): void => {
      if (ts.isVariableDeclaration(node) && node.initializer) {
        const value = evaluated(node.initializer.getText(), constants);
        if (value !== undefined) constants.set(node.name.getText(), value);
      }
      if (ts.isRegularExpressionLiteral(node)) {
        const end = node.text.lastIndexOf("/");
        found.push({ file, source: node.text, regex: new RegExp(node.text.slice(1, end), node.text.slice(end + 1)) });
      }
      if ((ts.isNewExpression(node) || ts.isCallExpression(node)) && node.expression.getText() === "RegExp") {
        const [pattern, flags] = node.arguments ?? [];
        const source = pattern && evaluated(pattern.getText(), constants);
        found.push({ file, source: pattern?.getText() ?? "", regex: source === undefined ? undefined : new RegExp(source, flags?.getText().slice(1, -1)) });
      }
      ts.forEachChild(node, visit);
    };
    visit(tree);
    return found;
  });
}

/** Files whose expressions see no long text of others, and why. */
const SAFE: Readonly<Record<string, string>> = {
  "cards/others.ts": "names of views that the server of the app sends",
  "forms/registry.ts": "names of components, properties of classes of the server",
  "forms/mask.ts": "the mask of a text box, written by the app's author",
  "app/theme/apply.ts": "colours of a theme, written by the app's author",
  "ui/color.ts": "colours of a theme, written by the app's author",
  "app/layout/box.ts": "places on the page, written by the app's author",
  "app/layout/zones.ts": "places on the page, written by the app's author",
  "app/layout/Zones.svelte": "sizes of zones, written by the app's author",
};

const PREFIXES = ["", "$", "$$", "[", "![", "[a](", "[^", "\\(", "\\[", "<", "<a", "<a:", "</", "&#", "&a", "```", "~~~", "- ", "1. ", "|", "> ", "# ", ":", "{{", "@{", "\\begin{align}", "<summary>", "<details>", "#m=", "image/", "\n[^a]", "$a", "$1", "$A", "data:"];
const PIECES = [" ", "\t", "\n", "\n ", " \n", "\r", "\u00a0", "\u200b", "\u2028", "a", "A", "1", ".", ",", "1.", "1,", "[", "]", "[a", "](", "[a](", "[[]", "(", ")", "{", "}", "{{a", "`", "``", "` ", "|", "| ", "|-", ":-", "*", "**a", "_", "a_", "~", "~a", "-", "- ", "#", "<", "<a", "</a>", "<b>", ">", "&", "&a", "\\", "\\a", "\\\\", "$", "$a", "$1 ", "$A/", "\n$$", "\n\\[", '"', "'", "!", "?", "@", "a@", "=", "e\u0301", "\u0301", "。", "한", "\u{1f600}", "https://", "a.", "a b "];

type Case = readonly [prefix: string, piece: string, end: string];
const CASES: readonly Case[] = PREFIXES.flatMap((prefix) => PIECES.flatMap((piece) => ["", "\u0001!"].map((end): Case => [prefix, piece, end])));

/** As it is used: a global one replaces everywhere. */
function run(regex: RegExp, text: string): void {
  regex.lastIndex = 0;
  if (regex.global) text.replace(regex, "");
  else regex.exec(text);
}

/** Time of the processor in milliseconds: what else the machine does is no matter of the expression's. */
function time(regex: RegExp, text: string): number {
  const before = process.cpuUsage();
  run(regex, text);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

const all = find();
const tried = all.filter(({ file }) => SAFE[file] === undefined);

test("every expression of a text of others can be tried", () => {
  expect(all.length).toBeGreaterThan(80);
  expect(tried.filter(({ regex }) => regex === undefined).map(({ file, source }) => `${file}: ${source}`)).toEqual([]);
  expect(Object.keys(SAFE).filter((name) => !all.some(({ file }) => file === name))).toEqual([]);
});

describe("twice the text takes twice the time", () => {
  const each = [...new Map(tried.map((one) => [`${one.file}: ${one.source}`, one])).entries()];
  test.each(each)("%s", (name, { regex }) => {
    if (!regex) return;
    const check = ([prefix, piece, end]: Case, length: number): number => {
      const text = (long: number): string => prefix + piece.repeat(long / piece.length) + end;
      const whole = time(regex, text(length));
      if (whole < 50) return whole;
      // So much is more than any noise, and what is not linear is not run again and again.
      expect(whole, `${name} on ${JSON.stringify(prefix + piece)}, ${String(length)} characters`).toBeLessThan(200 + length / 100);
      const [half, again] = [length / 2, length].map((long) => Math.min(...[0, 1, 2].map(() => time(regex, text(long)))));
      expect(again, `${name} on ${JSON.stringify(prefix + piece)}, ${String(length)} characters`).toBeLessThan(3 * (half ?? 0) + 100);
      return whole;
    };
    // All cases when they are small, and the slowest ones on 100 kB: what is not linear would take minutes with that.
    const slowest = CASES.map((one) => [one, check(one, 3_000)] as const).sort(([, one], [, other]) => other - one);
    for (const [one] of slowest.slice(0, 20)) {
      check(one, 20_000);
      check(one, 100_000);
    }
  });
});
