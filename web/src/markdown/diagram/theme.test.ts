import { expect, test } from "vitest";
import { contrast, mix } from "../../ui/color";
import { fills, themeOf } from "./theme";

const grounds: readonly (readonly [ground: string, text: string])[] = [
  ["#ffffff", "#323130"],
  ["#1b1b1b", "#f0f0f0"],
  ["#212b36", "#ffffff"],
  ["#0d1117", "#e6edf3"],
  ["#f5f5f5", "#24292f"],
];

test.each(grounds)("words can be read on every colour of a diagram, on %s", (ground, text) => {
  const theme = themeOf({ ground, text, fill: mix(ground, text, 0.08), soft: mix(ground, text, 0.04) });
  for (const [index, colour] of fills(ground).entries()) {
    expect(contrast(String(theme["pieSectionTextColor"]), String(theme[`pie${String(index + 1)}`]))).toBeGreaterThanOrEqual(4.5);
    expect(contrast(String(theme[`cScaleLabel${String(index)}`]), colour)).toBeGreaterThanOrEqual(4.5);
  }
  for (const name of ["pieTitleTextColor", "pieLegendTextColor", "titleColor"]) expect(theme[name]).toBe(text);
});
