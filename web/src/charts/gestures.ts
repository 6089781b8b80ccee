/** Moving, zooming and cutting out by the pointer: signals that hold what the axes show. */
import type { Axis, Plan, Spec } from "./plan";

/** What a user can do to a plot. */
export type Interaction = "drag_move" | "scale_zoom" | "brush";

interface Gestures {
  readonly signals: readonly Spec[];
  readonly marks: readonly Spec[];
  /** Signal with the domain of an axis; null for that of the data. */
  readonly raw: Readonly<Partial<Record<Axis, string>>>;
}

const EXTENT: Readonly<Record<Axis, string>> = { x: "width", y: "height" };

/** Signals of what a plot lets the user do. A double click shows all again. */
export function gestures(plan: Plan, wanted: readonly Interaction[]): Gestures {
  const axes = (["x", "y"] as const).filter((axis) => plan.kinds[axis] !== "band");
  if (wanted.length === 0 || axes.length === 0) return { signals: [], marks: [], raw: {} };
  const moves = wanted.includes("drag_move");
  const zooms = wanted.includes("scale_zoom");
  const cuts = wanted.includes("brush") && !moves;
  const signals: Spec[] = [];
  if (moves || cuts) {
    signals.push({ name: "down", value: null, on: [{ events: "pointerdown", update: "xy()" }] });
    const drag = "[pointerdown, window:pointerup] > window:pointermove";
    signals.push({ name: "drag", value: null, on: [{ events: "pointerdown", update: "null" }, { events: drag, update: "xy()" }] });
    for (const axis of axes) signals.push({ name: `${axis}old`, value: null, on: [{ events: "pointerdown", update: `slice(domain('${axis}'))` }] });
  }
  if (zooms) {
    signals.push({ name: "wheel", value: null, on: [{ events: { type: "wheel", consume: true }, update: "[clamp(pow(1.0015, event.deltaY * pow(16, event.deltaMode)), 0.5, 2), x(), y()]" }] });
  }
  for (const axis of axes) {
    const on: Spec[] = [{ events: "dblclick", update: "null" }];
    const extent = EXTENT[axis];
    const index = axis === "x" ? 0 : 1;
    const sign = axis === "x" ? "-" : "+";
    if (moves) {
      const shift = `(span(${axis}old) * (drag[${index}] - down[${index}]) / ${extent})`;
      on.push({ events: { signal: "drag" }, update: `drag && down && ${axis}old ? [${axis}old[0] ${sign} ${shift}, ${axis}old[1] ${sign} ${shift}] : ${axis}shown` });
    }
    if (zooms) {
      const anchor = `invert('${axis}', wheel[${index + 1}])`;
      on.push({ events: { signal: "wheel" }, update: `[${anchor} + (domain('${axis}')[0] - ${anchor}) * wheel[0], ${anchor} + (domain('${axis}')[1] - ${anchor}) * wheel[0]]` });
    }
    if (cuts) {
      const ends = `[invert('${axis}', min(down[${index}], drag[${index}])), invert('${axis}', max(down[${index}], drag[${index}]))]`;
      on.push({ events: "pointerup", update: `down && drag && abs(down[${index}] - drag[${index}]) > 4 ? extent(${ends}) : ${axis}shown` });
    }
    signals.push({ name: `${axis}shown`, value: null, on });
  }
  const marks: Spec[] = [];
  if (cuts) {
    signals.push({ name: "cutting", value: false, on: [{ events: "pointerdown", update: "true" }, { events: "window:pointerup", update: "false" }] });
    const side = (axis: Axis, index: number): Spec =>
      axes.includes(axis)
        ? { [axis]: { signal: `down && drag ? min(down[${index}], drag[${index}]) : 0` }, [`${axis}2`]: { signal: `down && drag ? max(down[${index}], drag[${index}]) : 0` } }
        : { [axis]: { value: 0 }, [`${axis}2`]: { signal: EXTENT[axis] } };
    marks.push({
      type: "rect",
      interactive: false,
      encode: {
        update: { ...side("x", 0), ...side("y", 1), opacity: { signal: "cutting && drag ? 1 : 0" }, fill: { value: plan.ink.accent }, fillOpacity: { value: 0.15 }, stroke: { value: plan.ink.accent } },
      },
    });
  }
  return { signals, marks, raw: Object.fromEntries(axes.map((axis) => [axis, `${axis}shown`])) };
}
