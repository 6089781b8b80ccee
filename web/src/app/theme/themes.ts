/**
 * The themes an app can name in its meta card, and the palette made from one.
 *
 * A theme is four colours. Everything else follows: surfaces and states are mixed by CSS in `ui/tokens.css`; what
 * needs a certain contrast (secondary text, links, control outlines, text on primary) is searched for here.
 */
import { warn } from "../../ui/report";
import type { Look, Palette } from "./apply";
import { contrast, fromLab, luminance, mix, parseHex, reach, toLab, worst } from "../../ui/color";

export interface Theme {
  readonly text: string;
  readonly card: string;
  readonly page: string;
  readonly primary: string;
}

/** Names and colours as H2O Wave has them, odd spellings included. */
export const themes: Readonly<Record<string, Theme>> = {
  default: { text: "#323130", card: "#ffffff", page: "#f5f5f5", primary: "#000000" },
  neon: { text: "#ffffff", card: "#0d0e0f", page: "#1b1d1f", primary: "#cddc39" },
  "h2o-dark": { text: "#ffffff", card: "#121212", page: "#080808", primary: "#fec925" },
  "one-dark-pro": { text: "#cacccf", card: "#282c34", page: "#0e0c21", primary: "#cd7be5" },
  monokai: { text: "#cdcccf", card: "#2b2a2d", page: "#232022", primary: "#f56188" },
  nord: { text: "#c8d1e3", card: "#2e3441", page: "#3b4251", primary: "#87c0d0" },
  "winter-is-coming": { text: "#d4deec", card: "#0a2d44", page: "#031629", primary: "#38a0da" },
  fuchasia: { text: "#c7ccd0", card: "#381e42", page: "#2c1834", primary: "#de73d7" },
  nature: { text: "#cbcece", card: "#13413f", page: "#0c2521", primary: "#2dbd7a" },
  solarized: { text: "#002b36", card: "#fdf6e3", page: "#eee7d5", primary: "#266599" },
  oceanic: { text: "#ced5d9", card: "#263238", page: "#1e272c", primary: "#2bab9a" },
  ember: { text: "#1c1e24", card: "#f4f6f8", page: "#ebeef2", primary: "#c72e20" },
  lighting: { text: "#4f5959", card: "#f4f6f9", page: "#ffffff", primary: "#296fc4" },
  kiwi: { text: "#000000", card: "#ffffff", page: "#f4fae8", primary: "#597520" },
  benext: { text: "#555555", card: "#ffffff", page: "#e3e6ea", primary: "#ab481a" },
};

/** What `auto` is in the dark: neutral grey, as the default is, and softer than black and white. */
export const night: Theme = { text: "#ececec", card: "#212121", page: "#181818", primary: "#ffffff" };

/** Shares (0..1) that `ui/tokens.css` mixes surfaces with; a test compares the two. */
export const shares = { code: 0.05, hover: 0.07, tone: 0.1 } as const;

const isDark = (theme: Theme): boolean => luminance(theme.page) < 0.25;

/** The colour of the bubble behind a prompt: the surface, one step lighter, with a little of the primary colour. */
function bubble(theme: Theme, surface: string): string {
  const [ground, tint] = [toLab(surface), toLab(theme.primary)];
  const step = isDark(theme) ? 0.085 : -0.045;
  return fromLab({ l: ground.l + step, a: ground.a + tint.a * 0.08, b: ground.b + tint.b * 0.08 });
}

/** Every ground that text may stand on. */
export function grounds(theme: Theme): readonly string[] {
  return [theme.card, theme.page].flatMap((surface) => [
    surface,
    bubble(theme, surface),
    mix(surface, theme.text, shares.code),
    mix(surface, theme.text, shares.hover),
  ]);
}

/** A status colour of the given hue (degrees) that reads as text on every ground. */
function status(theme: Theme, hue: number, chroma: number): string {
  const dark = isDark(theme);
  const angle = (hue * Math.PI) / 180;
  const at = (l: number): string => fromLab({ l, a: Math.cos(angle) * chroma, b: Math.sin(angle) * chroma });
  const base = grounds(theme);
  for (let l = dark ? 0.7 : 0.58; l > 0.2 && l < 0.95; l += dark ? 0.01 : -0.01) {
    const colour = at(l);
    const tinted = [theme.card, theme.page].map((surface) => mix(surface, colour, shares.tone));
    if (worst(colour, [...base, ...tinted]) >= 4.5) return colour;
  }
  return reach(at(0.6), dark ? "#ffffff" : "#000000", base, 4.5);
}

export function palette(theme: Theme): Palette {
  const surfaces = [theme.card, theme.page];
  const all = grounds(theme);
  const strong = isDark(theme) ? "#ffffff" : "#000000";
  // Body text: the theme's own; only a custom theme that is too pale gets help.
  const text = reach(theme.text, strong, all, 4.5);
  const accent = reach(theme.primary, strong, surfaces, 3);
  const onAccent = [theme.card, theme.page, theme.text, "#ffffff", "#000000"];
  return {
    text,
    card: theme.card,
    page: theme.page,
    primary: theme.primary,
    "bubble-card": bubble(theme, theme.card),
    "bubble-page": bubble(theme, theme.page),
    // Bright text on a dark ground glares at full strength, so the second voice starts further away there.
    "text-2": reach(mix(theme.card, text, 0.62), text, all, 4.5),
    control: reach(mix(theme.card, text, 0.4), text, surfaces, 3),
    accent,
    "on-accent": onAccent.find((c) => contrast(c, accent) >= 7) ?? best(onAccent, accent),
    link: reach(theme.primary, text, all, 4.5),
    danger: status(theme, 25, 0.17),
    warning: status(theme, 75, 0.13),
    success: status(theme, 150, 0.13),
    info: status(theme, 250, 0.13),
    "code-keyword": status(theme, 310, 0.14),
    "code-string": status(theme, 145, 0.11),
    "code-number": status(theme, 45, 0.12),
    "code-name": status(theme, 255, 0.12),
    "code-type": status(theme, 200, 0.09),
  };
}

function best(candidates: readonly string[], ground: string): string {
  return candidates.reduce((one, other) => (contrast(other, ground) > contrast(one, ground) ? other : one));
}

/** The look of the page for what the meta card says. */
export default function look(name: string | undefined, custom: unknown, prefersDark: boolean): Look {
  const theme = themeNamed(name, customThemes(custom), prefersDark);
  return { dark: isDark(theme), colours: palette(theme) };
}

/** A theme by the name an app gave; unknown names are the default, as in Wave. */
export function themeNamed(name: string | undefined, custom: Readonly<Record<string, Theme>>, prefersDark: boolean): Theme {
  if (name === "auto") return prefersDark ? night : (themes["default"] as Theme);
  const own = (table: Readonly<Record<string, Theme>>): Theme | undefined =>
    name !== undefined && Object.hasOwn(table, name) ? table[name] : undefined;
  return own(custom) ?? own(themes) ?? (themes["default"] as Theme);
}

/** Custom themes of a meta card; entries without four readable colours are left out with a warning. */
export function customThemes(list: unknown): Readonly<Record<string, Theme>> {
  const found: Record<string, Theme> = {};
  if (!Array.isArray(list)) return found;
  for (const entry of list as readonly unknown[]) {
    const name = (entry as { readonly name?: unknown } | null)?.name;
    const theme = readTheme(entry);
    if (typeof name === "string" && theme) found[name] = theme;
    else warn(`theme ${JSON.stringify(name)} needs the colours text, card, page and primary as #rrggbb; it is not used`);
  }
  return found;
}

function readTheme(entry: unknown): Theme | null {
  const e = (entry ?? {}) as Readonly<Record<string, unknown>>;
  const colours = [e["text"], e["card"], e["page"], e["primary"]];
  if (!colours.every((c): c is string => typeof c === "string" && parseHex(c) !== null)) return null;
  const [text, card, page, primary] = colours as [string, string, string, string];
  return { text, card, page, primary };
}
