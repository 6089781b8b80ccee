/** Notes on a plot: points, lines across it and regions, each with a label. */
import { str } from "../page/read";
import { timeOf } from "./format";
import { styleOf, textOf, type Axis, type Layer, type Plan, type Spec } from "./plan";

/** Draw the marks that are notes. */
export const notes = (plan: Plan): readonly Spec[] => plan.layers.filter(({ note }) => note).flatMap((layer) => note(plan, layer));

function note(plan: Plan, { mark }: Layer): readonly Spec[] {
  const has = { x: given(mark.x), y: given(mark.y) };
  const region = (has.x && given(mark.x0)) || (has.y && given(mark.y0));
  const label = str(mark.label);
  const line = { stroke: { value: plan.ink.muted }, strokeWidth: { value: 1 }, ...styleOf(mark, plan.ink, "ref") };
  const text = (place: Spec): readonly Spec[] =>
    label === undefined
      ? []
      : [{ type: "text", interactive: false, encode: { update: { text: { value: label }, limit: { signal: "width" }, ...place, ...textOf(mark, plan.ink), ...(place["align"] !== undefined && mark.label_align === undefined && { align: place["align"] }) } } }];
  if (region) {
    const side = (axis: Axis, extent: string): readonly [unknown, unknown] =>
      has[axis] && given(mark[`${axis}0`]) ? [edge(plan, axis, mark[`${axis}0`], 0), edge(plan, axis, mark[axis], 1)] : [{ value: 0 }, { signal: extent }];
    const [x, x2] = side("x", "width");
    const [y, y2] = side("y", "height");
    const middle = (one: unknown, other: unknown): Spec => ({ signal: `(${expression(one)} + ${expression(other)}) / 2` });
    const style = { fill: { value: plan.ink.accent }, fillOpacity: { value: 0.18 }, ...styleOf(mark, plan.ink) };
    return [
      { type: "rect", interactive: false, encode: { update: { x, x2, y, y2, ...style } } },
      ...text({ x: middle(x, x2), y: middle(y, y2), align: { value: "center" }, baseline: { value: "middle" } }),
    ];
  }
  const x = edge(plan, "x", mark.x, 0.5);
  const y = edge(plan, "y", mark.y, 0.5);
  if (has.x && has.y) {
    const dot = { fill: { value: plan.ink.surface }, stroke: { value: plan.ink.accent }, strokeWidth: { value: 2 }, size: { value: 60 }, ...styleOf(mark, plan.ink) };
    const lift = { signal: `${expression(y)} - 22` };
    return [
      ...(label === undefined ? [] : [{ type: "rule", interactive: false, encode: { update: { x, y, y2: lift, ...line } } }]),
      { type: "symbol", interactive: false, encode: { update: { x, y, ...dot } } },
      ...text({ x, y: { signal: `${expression(y)} - 26` }, align: { value: "center" }, baseline: { value: "bottom" } }),
    ];
  }
  if (has.x) {
    return [
      { type: "rule", interactive: false, encode: { update: { x, y: { value: 0 }, y2: { signal: "height" }, ...line } } },
      ...text({ x, dx: { value: -4 }, y: { signal: "height - 4" }, angle: { value: -90 }, align: { value: "left" }, baseline: { value: "bottom" } }),
    ];
  }
  return [
    { type: "rule", interactive: false, encode: { update: { x: { value: 0 }, x2: { signal: "width" }, y, ...line } } },
    ...text({ x: { value: 4 }, y, dy: { value: -4 }, align: { value: "left" }, baseline: { value: "bottom" } }),
  ];
}

const given = (value: unknown): boolean => value !== undefined && value !== null;

/** Where a value is; `band` is the place in the room of a category. */
function edge(plan: Plan, axis: Axis, value: unknown, band: number): Spec {
  const along = plan.kinds[axis] === "time" ? timeOf(value) : value;
  const literal = JSON.stringify(along);
  const place = `scale('${axis}', ${literal})`;
  return { signal: plan.kinds[axis] === "band" ? `${place} + bandwidth('${axis}') * ${band}` : place };
}

const expression = (place: unknown): string => {
  const { signal, value } = place as { signal?: string; value?: number };
  return signal === undefined ? String(value) : `(${signal})`;
};
