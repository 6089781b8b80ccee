/** Sizes have names: what a style sheet says of type, radii, targets, layers, widths and movement is a token. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { NARROW, PHONE, ROOMY, SLIM, TIGHT } from "./breakpoints";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
/** Sizes of paper, and of formulas as TeX wants them. */
const OTHERS = ["chat/reading/print.css", "markdown/math/formula.css"];

const sheets = readdirSync(ROOT, { recursive: true, encoding: "utf8" })
  .map((file) => file.replaceAll("\\", "/"))
  .filter((file) => /\.(?:css|svelte)$/.test(file) && !OTHERS.includes(file))
  .map((file) => {
    const text = readFileSync(ROOT + file, "utf8");
    return { file, css: file.endsWith(".css") ? text : (/<style>([^]*)<\/style>/.exec(text)?.[1] ?? "") };
  });

const found = (pattern: RegExp, except: readonly string[] = []): readonly string[] =>
  sheets.flatMap(({ file, css }) => (except.includes(file) ? [] : [...css.matchAll(pattern)].map(([all]) => `${file}: ${all}`)));

test.each([
  ["type is of a named size", /font-size: [\d.]+px/g],
  ["corners are of a named radius", /border-radius: [^;]*\dpx/g],
  ["what is pressed is of a named size", /(?:^|[\s{])(?:min-)?(?:height|width): 44px/g],
  ["layers have names", /z-index: -?\d/g],
])("%s", (_claim, pattern) => {
  expect(found(pattern)).toEqual([]);
});

test("the widths of media queries are named", () => {
  const named = [NARROW, PHONE, SLIM, TIGHT, ROOMY.width, ROOMY.height];
  const widths = sheets.flatMap(({ css }) => [...css.matchAll(/@(?:media|container)[^{]*/g)].flatMap(([query]) => [...query.matchAll(/(\d+)px/g)].map(([, width]) => Number(width))));
  expect(widths.filter((width) => !named.includes(width))).toEqual([]);
});

test("each movement is drawn once", () => {
  const names = sheets.flatMap(({ css }) => [...css.matchAll(/@keyframes ([\w-]+)/g)].map(([, name]) => name));
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

test("what comes from a side comes from the other one where text runs from right to left", () => {
  const sideways = sheets.filter(({ css }) => /--from: -?\d+px;/.test(css));
  expect(sideways.map(({ file }) => file).sort()).toEqual(["cards/meta/Dialog.svelte", "ui/Drawer.svelte"]);
  for (const { css } of sideways) expect(css).toMatch(/\[dir="rtl"\]\) [\w.]+\[open\] \{\s+--from: -?\d+px;/);
});
