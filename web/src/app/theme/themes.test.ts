import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { contrast, mix, parseHex, worst } from "../../ui/color";
import { customThemes, grounds, night, palette, shares, themeNamed, themes, type Theme } from "./themes";

const css = readFileSync(new URL("../../ui/tokens.css", import.meta.url), "utf8");
const all = [...Object.entries(themes), ["auto in the dark", night] as const];

/** Share that tokens.css mixes a token with, read from the style sheet itself. */
function share(token: string): number {
  const found = new RegExp(`--${token}: color-mix\\(in oklab, var\\(--surface\\), var\\(--text\\) (\\d+)%\\)`).exec(css);
  return Number(found?.[1]) / 100;
}

const colour = (theme: Theme, token: string): string => palette(theme)[token] ?? "";

test("mixing and contrast agree with known values", () => {
  expect(contrast("#000000", "#ffffff")).toBeCloseTo(21, 5);
  expect(contrast("#777777", "#ffffff")).toBeCloseTo(4.48, 2);
  expect(mix("#123456", "#fedcba", 0)).toBe("#123456");
  expect(mix("#123456", "#fedcba", 1)).toBe("#fedcba");
  expect(parseHex("#abc")).toEqual(parseHex("#aabbcc"));
  expect(parseHex("red")).toBeNull();
});

test("the 15 names of Wave are there", () => {
  expect(Object.keys(themes)).toHaveLength(15);
  expect(themes["fuchasia"]?.primary).toBe("#de73d7");
  expect(themeNamed("nonsense", {}, true)).toBe(themes["default"]);
  expect(themeNamed("__proto__", {}, true)).toBe(themes["default"]);
  expect(themeNamed("auto", {}, true)).toBe(night);
  expect(themeNamed("auto", {}, false)).toBe(themes["default"]);
});

test("the style sheet mixes what was checked, and starts with the default theme", () => {
  expect(share("code")).toBe(shares.code);
  expect(share("hover")).toBe(shares.hover);
  for (const [name, value] of Object.entries(palette(themes["default"] as Theme))) {
    expect(css, name).toContain(`  --${name}: ${value};`);
  }
});

describe.each(all)("theme %s", (_name, theme) => {
  test.each(["text", "text-2", "link", "danger", "warning", "success", "info"])("%s reads at 4.5:1 on every ground", (token) => {
    expect(worst(colour(theme, token), grounds(theme))).toBeGreaterThanOrEqual(4.5);
  });

  test.each(["keyword", "string", "number", "name", "type"])("%s of code reads at 4.5:1 on every ground", (kind) => {
    expect(worst(colour(theme, `code-${kind}`), grounds(theme))).toBeGreaterThanOrEqual(4.5);
  });

  test("its own text colour needs no help", () => {
    expect(colour(theme, "text")).toBe(theme.text);
  });

  test("outlines, focus and primary shapes stand out at 3:1", () => {
    const surfaces = [theme.card, theme.page];
    expect(worst(colour(theme, "control"), surfaces)).toBeGreaterThanOrEqual(3);
    expect(worst(colour(theme, "accent"), surfaces)).toBeGreaterThanOrEqual(3);
  });

  test("words on primary read at 4.5:1, also while hovered", () => {
    const [accent, on] = [colour(theme, "accent"), colour(theme, "on-accent")];
    expect(contrast(on, accent)).toBeGreaterThanOrEqual(4.5);
  });

  test("status words read on their own tint", () => {
    for (const token of ["danger", "warning", "success", "info"]) {
      const tints = [theme.card, theme.page].map((surface) => mix(surface, colour(theme, token), shares.tone));
      expect(worst(theme.text, tints)).toBeGreaterThanOrEqual(4.5);
      expect(worst(colour(theme, token), tints)).toBeGreaterThanOrEqual(4.5);
    }
  });
});

test("placeholders have our own colour, which is checked above on every ground of the 15 themes", () => {
  const read = (file: string): string => readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");
  expect(read("ui/base.css")).toMatch(/\n::placeholder \{\n {2}color: var\(--text-2\);\n {2}opacity: 1;\n\}/);
  const styled = readdirSync(new URL("../..", import.meta.url), { recursive: true, encoding: "utf8" })
    .filter((file) => /\.(?:css|svelte)$/.test(file))
    .map((file) => read(file));
  const others = styled.flatMap((text) => [...text.matchAll(/::placeholder\s*\{([^}]*)\}/g)]).map(([, body]) => body ?? "");
  expect(others.filter((body) => /(?:color|opacity)/.test(body))).toHaveLength(1);
});

test("a custom theme that is too pale is helped to 4.5:1", () => {
  const pale = customThemes([{ name: "pale", text: "#ccc", card: "#fff", page: "#eee", primary: "#ffd" }])["pale"] as Theme;
  expect(worst(colour(pale, "text"), grounds(pale))).toBeGreaterThanOrEqual(4.5);
  expect(worst(colour(pale, "link"), grounds(pale))).toBeGreaterThanOrEqual(4.5);
  expect(contrast(colour(pale, "on-accent"), colour(pale, "accent"))).toBeGreaterThanOrEqual(4.5);
});
