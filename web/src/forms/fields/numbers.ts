/** Numbers of sliders and fields. */

/** A number, brought between two others. */
export const bring = (value: number, low: number, high: number): number => Math.max(low, Math.min(value, high));

/** A number with as many decimals as a step has: 0.1 + 0.2 is 0.3. */
export function stepped(value: number, step: number): number {
  const [, decimals = "", power = "0"] = /^-?\d*(?:\.(\d*))?(?:e([+-]\d+))?$/.exec(String(step)) ?? [];
  return Number(value.toFixed(Math.min(20, Math.max(0, decimals.length - Number(power)))));
}
