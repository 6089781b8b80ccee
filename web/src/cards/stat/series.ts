/** Shapes of a little chart, in a square of 100 by 100 whose origin is at the top: paths of an SVG. */

type Value = number | undefined;
interface Point {
  readonly x: number;
  readonly y: number;
}

export type Curve = "linear" | "smooth" | "step" | "step-after" | "step-before";

/** Room for half of a line at the top, so that it is not cut. */
const TOP = 3;
/** Most points that are drawn; of more, the least and the greatest of each stretch stay. */
const MOST = 600;

/** Lowest and highest value; undefined when there is none. `zero` is part of them. */
export function extent(values: readonly Value[], zero?: number): readonly [number, number] | undefined {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value === undefined) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return undefined;
  return zero === undefined ? [low, high] : [Math.min(low, zero), Math.max(high, zero)];
}

const round = (value: number): number => Math.round(value * 100) / 100;

/** How high a value stands; in the middle when all are the same. */
function scaled([low, high]: readonly [number, number]): (value: number) => number {
  return (value) => round(high === low ? 50 : 100 - ((value - low) / (high - low)) * (100 - TOP));
}

/** Of more values than are drawn, the places of those that stay. */
export function kept(values: readonly Value[], most = MOST): readonly number[] {
  if (values.length <= most) return values.map((_value, at) => at);
  const stretch = Math.ceil(values.length / (most / 2));
  const places: number[] = [];
  for (let from = 0; from < values.length; from += stretch) {
    let [least, greatest] = [from, from];
    for (let at = from; at < Math.min(from + stretch, values.length); at++) {
      if ((values[at] ?? Infinity) < (values[least] ?? Infinity)) least = at;
      if ((values[at] ?? -Infinity) > (values[greatest] ?? -Infinity)) greatest = at;
    }
    places.push(...new Set([Math.min(least, greatest), Math.max(least, greatest)]));
  }
  return places;
}

/** The stretches of values without a gap, as points. */
function stretches(values: readonly Value[], y: (value: number) => number): Point[][] {
  const found: Point[][] = [];
  let now: Point[] | undefined;
  const last = values.length - 1;
  for (const at of kept(values)) {
    const value = values[at];
    if (value === undefined) now = undefined;
    else {
      if (now === undefined) found.push((now = []));
      now.push({ x: last === 0 ? 0 : round((at / last) * 100), y: y(value) });
    }
  }
  // One value alone is a line all the way, or a dot.
  for (const points of found) {
    const [only] = points;
    if (points.length === 1 && only) points.push({ x: last === 0 ? 100 : only.x, y: only.y });
  }
  return found;
}

const draw: Readonly<Record<Exclude<Curve, "smooth">, (from: Point, to: Point) => string>> = {
  linear: (_from, { x, y }) => `L${x},${y}`,
  step: (from, { x, y }) => `H${round((from.x + x) / 2)}V${y}H${x}`,
  "step-after": (_from, { x, y }) => `H${x}V${y}`,
  "step-before": (_from, { x, y }) => `V${y}H${x}`,
};

/** Slopes of a curve through the points that never overshoots them (Fritsch and Carlson). */
function slopes(points: readonly Point[]): readonly number[] {
  const rise = points.slice(1).map(({ x, y }, at) => {
    const from = points[at] as Point;
    return x === from.x ? 0 : (y - from.y) / (x - from.x);
  });
  return points.map((_point, at) => {
    const [before = rise[0] ?? 0, after = rise.at(-1) ?? 0] = [rise[at - 1], rise[at]];
    return before * after <= 0 ? 0 : (2 * before * after) / (before + after);
  });
}

function smooth(points: readonly Point[]): string {
  const slope = slopes(points);
  return points
    .slice(1)
    .map((to, at) => {
      const from = points[at] as Point;
      const third = (to.x - from.x) / 3;
      const controls = [from.x + third, from.y + third * (slope[at] ?? 0), to.x - third, to.y - third * (slope[at + 1] ?? 0)];
      return `C${controls.map(round).join(",")},${to.x},${to.y}`;
    })
    .join("");
}

/** The line through the values, and the area below it. */
export function line(values: readonly Value[], curve: Curve, zero?: number): { readonly line: string; readonly area: string } {
  const range = extent(values, zero);
  if (range === undefined) return { line: "", area: "" };
  const y = scaled(range);
  const base = range[0] === range[1] ? 100 : y(zero ?? range[0]);
  const paths = stretches(values, y).map((points) => {
    const [first = { x: 0, y: 0 }] = points;
    const along = curve === "smooth" ? smooth(points) : points.slice(1).map((to, at) => draw[curve](points[at] as Point, to)).join("");
    return { line: `M${first.x},${first.y}${along}`, from: first.x, to: points.at(-1)?.x ?? 0 };
  });
  return { line: paths.map((path) => path.line).join(""), area: paths.map((path) => `${path.line}L${path.to},${base}L${path.from},${base}Z`).join("") };
}

export interface Bar {
  /** Place among the values. */
  readonly at: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A bar for each value; values of one category share a place, and the last of them is in front. */
export function bars(values: readonly Value[], categories: readonly unknown[], zero?: number): readonly Bar[] {
  const range = extent(values, zero);
  if (range === undefined) return [];
  const y = scaled(range);
  const base = range[0] === range[1] ? 100 : y(zero ?? range[0]);
  const places = kept(values);
  const columns = new Map<unknown, number>();
  for (const at of places) {
    const category = categories[at] ?? at;
    if (!columns.has(category)) columns.set(category, columns.size);
  }
  const step = 100 / columns.size;
  return places.flatMap((at) => {
    const value = values[at];
    if (value === undefined) return [];
    const top = y(value);
    // The least value can be seen as well.
    const height = Math.max(Math.abs(base - top), 2);
    const x = (columns.get(categories[at] ?? at) ?? 0) * step;
    return [{ at, x: round(x + step * 0.1), y: Math.min(top, base, 98), width: round(step * 0.8), height: round(height) }];
  });
}
