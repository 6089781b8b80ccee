/** Colours of charts, from the tokens where a chart stands. */
import { contrast, mix, reach } from "../ui/color";
import { paint } from "../ui/palette";

/** What a chart is drawn with; all colours are `#rrggbb`. */
export interface Ink {
  readonly text: string;
  readonly muted: string;
  readonly line: string;
  readonly surface: string;
  /** Colour of marks for which the app names none. */
  readonly accent: string;
  /** Marks of several groups. */
  readonly palette: readonly string[];
  /** From the least to the largest number. */
  readonly ramp: readonly string[];
  readonly font: string;
  /** Resolve a colour as an app names it. */
  readonly paint: (color: string) => string;
}

/** Hues that people who cannot tell all colours apart still tell by lightness; each is brought to 3:1 on the surface. */
const HUES = ["#2f6fb7", "#d9672b", "#2c8c6c", "#a04a9c", "#c99a1a", "#4aa3c7", "#b8414b", "#6a6fc4", "#7c8a2e", "#8a6250"];

/** Whether a colour is black, white or a grey. */
function grey(hex: string): boolean {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  return Math.max(r, g, b) - Math.min(r, g, b) < 24;
}

/** Read the colours that apply to an element. */
export function inkOf(element: HTMLElement): Ink {
  const probe = document.createElement("i");
  probe.hidden = true;
  element.append(probe);
  const context = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const known = new Map<string, string>();
  const hex = (color: string): string => {
    const before = known.get(color);
    if (before !== undefined) return before;
    probe.style.color = "";
    probe.style.color = color;
    let found = "#808080";
    if (context !== null) {
      context.clearRect(0, 0, 1, 1);
      context.fillStyle = getComputedStyle(probe).color;
      context.fillRect(0, 0, 1, 1);
      const [r = 0, g = 0, b = 0, a = 255] = context.getImageData(0, 0, 1, 1).data;
      found = `#${[r, g, b, ...(a < 255 ? [a] : [])].map((one) => one.toString(16).padStart(2, "0")).join("")}`;
    }
    known.set(color, found);
    return found;
  };
  const surface = hex("var(--surface)");
  const text = hex("var(--text)");
  const chosen = hex("var(--accent)");
  const palette = HUES.map((hue) => reach(hue, text, [surface], 3));
  const accent = grey(chosen) ? (palette[0] ?? chosen) : chosen;
  const ink: Ink = {
    text,
    muted: hex("var(--text-2)"),
    line: hex("var(--line)"),
    surface,
    accent,
    palette,
    ramp: [mix(surface, accent, 0.18), accent, contrast(accent, text) > 1.6 ? mix(accent, text, 0.6) : accent],
    font: getComputedStyle(element).fontFamily,
    paint: (color) => {
      if (!probe.isConnected) element.append(probe);
      const name = color.trim();
      const resolved = name === "$themePrimary" || name === "$primary" ? accent : hex(paint(name));
      probe.remove();
      return resolved;
    },
  };
  probe.remove();
  return ink;
}

/** What the runtime takes for everything that a chart does not say itself. */
export function configOf(ink: Ink): Record<string, unknown> {
  const { text, muted, line, accent, palette, ramp, surface, font } = ink;
  return {
    background: null,
    font,
    axis: {
      domainColor: line,
      gridColor: line,
      tickColor: line,
      labelColor: muted,
      titleColor: text,
      labelFont: font,
      titleFont: font,
      labelFontSize: 12,
      titleFontSize: 12,
      titleFontWeight: 500,
      labelPadding: 6,
      titlePadding: 10,
    },
    axisY: { domain: false, ticks: false },
    axisQuantitative: { tickCount: 5 },
    legend: {
      labelColor: text,
      titleColor: text,
      labelFont: font,
      titleFont: font,
      labelFontSize: 12,
      titleFontSize: 12,
      titleFontWeight: 500,
      symbolSize: 90,
      gradientLength: 160,
      gradientThickness: 10,
    },
    header: { labelColor: text, titleColor: text, labelFont: font, titleFont: font },
    title: { color: text, subtitleColor: muted, font, subtitleFont: font, fontSize: 14, fontWeight: 600 },
    text: { fill: text, color: text, font },
    view: { stroke: null },
    mark: { color: accent },
    style: { "guide-label": { fill: muted, font }, "guide-title": { fill: text, font }, "group-title": { fill: text, font }, cell: { stroke: null } },
    arc: { fill: accent },
    area: { fill: accent },
    bar: { fill: accent },
    line: { stroke: accent, strokeWidth: 2 },
    path: { stroke: accent },
    rect: { fill: accent },
    rule: { stroke: muted },
    shape: { stroke: accent },
    symbol: { fill: accent },
    trail: { fill: accent },
    point: { stroke: accent },
    circle: { fill: accent },
    boxplot: { median: { color: surface } },
    range: { category: palette, ordinal: ramp, heatmap: ramp, ramp, diverging: [palette[6], surface, palette[0]] },
  };
}
