import { expect, test } from "vitest";
import { shares } from "./sizes.ts";

test("each group has its share of the whole, the largest first", () => {
  const long = Array.from({ length: 200 }, (_, n) => `export const name${String(n)} = ${String(n * n)};`).join("\n");
  const modules = new Map([
    ["/web/src/chat/a.ts", "export const one = 1;"],
    ["/web/node_modules/svelte/src/b.js", long],
    ["\0words:page", "export const text = {};"],
    ["/elsewhere.js", "export const two = 2;"],
  ]);
  const found = shares(modules, 1000);
  expect(found.map(([name]) => name).sort()).toEqual(["chat", "other", "svelte", "texts"]);
  expect(found[0]?.[0]).toBe("svelte");
  expect(Math.abs(found.reduce((sum, [, bytes]) => sum + bytes, 0) - 1000)).toBeLessThan(4);
});
