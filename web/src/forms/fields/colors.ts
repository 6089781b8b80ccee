/** Colours as inputs take and give them. */
import { paint } from "../../ui/palette";

export interface Color {
  /** `#rrggbb`, in small letters. */
  readonly hex: string;
  /** 0 to 1. */
  readonly alpha: number;
}

const two = (channel: number): string => Math.round(channel).toString(16).padStart(2, "0");

/** A CSS colour in parts; undefined if it is none. */
export function parse(color: string): Color | undefined {
  const probe = document.createElement("i");
  probe.style.color = paint(color.trim());
  if (probe.style.color === "") return undefined;
  // The browser knows what `red` and `hsl(…)` are, once it is drawn.
  document.body.append(probe);
  const parts = getComputedStyle(probe).color.match(/[\d.]+/g)?.map(Number);
  probe.remove();
  if (!parts || parts.length < 3) return undefined;
  const [r = 0, g = 0, b = 0, alpha = 1] = parts;
  return { hex: `#${two(r)}${two(g)}${two(b)}`, alpha };
}

/** `#rrggbb`, or as Wave writes it where it is transparent. */
export function css({ hex, alpha }: Color): string {
  if (alpha >= 1) return hex;
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  return `rgba(${r}, ${g}, ${b}, ${alpha})`;
}
