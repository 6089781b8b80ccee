/**
 * Colour arithmetic for themes: sRGB hex in and out, mixing in OKLab, WCAG 2 contrast.
 *
 * The same mixing is done by the browser for `color-mix(in oklab, …)` in `ui/tokens.css`; here it serves the
 * colours that have to be *searched for* (text and control contrast) and the test that proves all of them.
 */

export interface Lab {
  readonly l: number;
  readonly a: number;
  readonly b: number;
}

const toLinear = (c: number): number => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
const toGamma = (c: number): number => (c <= 0.0031308 ? c * 12.92 : 1.055 * c ** (1 / 2.4) - 0.055);

/** Red, green and blue of `#rgb` or `#rrggbb` in 0..1, or null when the text is no such colour. */
export function parseHex(text: string): readonly [number, number, number] | null {
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(text.trim());
  const long = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})(?:[0-9a-f]{2})?$/i.exec(text.trim());
  const parts = short?.slice(1).map((p) => p + p) ?? long?.slice(1);
  if (!parts) return null;
  const [r, g, b] = parts.map((p) => parseInt(p, 16) / 255);
  return [r ?? 0, g ?? 0, b ?? 0];
}

export function toLab(hex: string): Lab {
  const [r, g, b] = (parseHex(hex) ?? [0, 0, 0]).map(toLinear) as [number, number, number];
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return {
    l: 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    a: 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    b: 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  };
}

/** Hex of an OKLab colour; channels outside sRGB are clipped. */
export function fromLab({ l, a, b }: Lab): string {
  const l3 = (l + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m3 = (l - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s3 = (l - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const channels = [
    4.0767416621 * l3 - 3.3077115913 * m3 + 0.2309699292 * s3,
    -1.2684380046 * l3 + 2.6097574011 * m3 - 0.3413193965 * s3,
    -0.0041960863 * l3 - 0.7034186147 * m3 + 1.707614701 * s3,
  ];
  const hex = channels.map((c) => {
    const byte = Math.round(Math.min(1, Math.max(0, toGamma(c))) * 255);
    return byte.toString(16).padStart(2, "0");
  });
  return `#${hex.join("")}`;
}

/** Colour at `share` (0..1) of the way from `from` to `to`, as `color-mix(in oklab, from, to share)`. */
export function mix(from: string, to: string, share: number): string {
  const x = toLab(from);
  const y = toLab(to);
  const at = (p: number, q: number): number => p + (q - p) * share;
  return fromLab({ l: at(x.l, y.l), a: at(x.a, y.a), b: at(x.b, y.b) });
}

/** Relative luminance of WCAG 2, 0 (black) to 1 (white). */
export function luminance(hex: string): number {
  const [r, g, b] = (parseHex(hex) ?? [0, 0, 0]).map(toLinear) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Contrast ratio of WCAG 2, 1 to 21. */
export function contrast(one: string, other: string): number {
  const [low, high] = [luminance(one), luminance(other)].sort((p, q) => p - q) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** Smallest contrast of `colour` against any of `grounds`. */
export function worst(colour: string, grounds: readonly string[]): number {
  return Math.min(...grounds.map((ground) => contrast(colour, ground)));
}

/**
 * First colour on the way from `start` to `end` that reaches `ratio` against every ground.
 *
 * Steps of 2 %; when not even `end` gets there, black or white, whichever is better.
 */
export function reach(start: string, end: string, grounds: readonly string[], ratio: number): string {
  for (let step = 0; step <= 50; step++) {
    const candidate = mix(start, end, step / 50);
    if (worst(candidate, grounds) >= ratio) return candidate;
  }
  return worst("#000000", grounds) > worst("#ffffff", grounds) ? "#000000" : "#ffffff";
}
