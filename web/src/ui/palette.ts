/** Colours as apps name them. */
import { contrast } from "./color";

const NAMED: Readonly<Record<string, string>> = {
  amber: "#ffc107",
  azure: "#03a9f4",
  black: "#000000",
  blue: "#2196f3",
  brown: "#795548",
  cyan: "#00bcd4",
  gray: "#9e9e9e",
  green: "#8bc34a",
  indigo: "#3f51b5",
  lime: "#cddc39",
  mint: "#4caf50",
  orange: "#ff9800",
  pink: "#e91e63",
  purple: "#9c27b0",
  red: "#f44336",
  tangerine: "#ff5722",
  teal: "#009688",
  violet: "#673ab7",
  white: "#ffffff",
  yellow: "#ffeb3b",
};

/** Names of Wave's that stand for the theme's. */
const THEMED: Readonly<Record<string, string>> = { text: "--text", card: "--card", page: "--page", primary: "--accent", themePrimary: "--accent" };

/** The CSS colour of `#f00`, `red` or a name of the palette such as `$red`; a name that is unknown is grey, as in Wave. */
export function paint(color: string): string {
  if (!color.startsWith("$")) return color;
  const name = color.slice(1);
  const themed = THEMED[name];
  return themed === undefined ? (NAMED[name] ?? (NAMED["gray"] as string)) : `var(${themed})`;
}

const inks = new Map<string, string>();

/** Black or white, whichever reads better on a colour. */
export function ink(color: string): string {
  const ground = paint(color);
  const known = inks.get(ground);
  if (known !== undefined) return known;
  // The browser knows what `red` and `hsl(…)` are.
  const probe = document.createElement("i");
  probe.style.color = ground;
  document.body.append(probe);
  const [r = 255, g = 255, b = 255] = (getComputedStyle(probe).color.match(/[\d.]+/g) ?? []).map(Number);
  probe.remove();
  const hex = `#${[r, g, b].map((channel) => Math.round(channel).toString(16).padStart(2, "0")).join("")}`;
  const found = contrast("#000000", hex) >= contrast("#ffffff", hex) ? "#000000" : "#ffffff";
  if (!ground.startsWith("var(")) inks.set(ground, found);
  return found;
}
