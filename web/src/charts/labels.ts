/** Texts beside the marks of a layer. */
import { num } from "../page/read";
import { textOf, type Draft, type Layer, type Plan, type Spec } from "./plan";

/** Add the labels of a layer that was just added: each stands by its mark. */
export function labels(plan: Plan, layer: Layer, to: Draft, on: "rect" | "point"): void {
  const { fields, mark } = layer;
  if (fields.label === undefined) return;
  const position = mark.label_position ?? (on === "rect" ? (plan.lying ? "right" : "top") : "top");
  const distance = num(mark.label_offset) ?? (position === "middle" ? 0 : 8);
  const turned = num(Number.parseFloat(mark.label_rotation ?? ""));
  const place = on === "rect" ? onBar(position) : onPoint(plan, layer);
  const [dx, dy] = [num(mark.label_offset_x) ?? 0, num(mark.label_offset_y) ?? 0];
  const shift = { left: [-distance, 0], right: [distance, 0], top: [0, -distance], bottom: [0, distance], middle: [0, 0] }[position] as [number, number];
  const align = { left: "right", right: "left", top: "center", bottom: "center", middle: "center" }[position];
  const baseline = { left: "middle", right: "middle", top: "bottom", bottom: "top", middle: "middle" }[position];
  const text = on === "rect" ? `datum.datum['l${layer.at}']` : `datum['l${layer.at}']`;
  const style: Spec = {
    align: { value: align },
    ...textOf(mark, plan.ink),
    baseline: { value: baseline },
    ...(turned !== undefined && { angle: { value: turned }, baseline: { value: "middle" }, align: { value: "center" } }),
    ...(mark.label_overlap === "constrain" && on === "rect" && { opacity: { signal: `length(${text}) * ${(num(mark.label_font_size) ?? 12) * 0.55} > abs(datum.bounds.x2 - datum.bounds.x1) ? 0 : 1` } }),
  };
  const source = on === "rect" ? `layer${layer.at}` : "rows";
  const outlined = mark.label_stroke_color !== undefined;
  const one = (drawn: Spec): Spec => ({
    type: "text",
    interactive: false,
    from: { data: source },
    encode: { update: { ...place, dx: { value: dx + shift[0] }, dy: { value: dy + shift[1] }, text: { signal: text }, ...style, ...drawn } },
  });
  const avoided = mark.label_overlap === "hide" || mark.label_overlap === "overlap";
  if (avoided) {
    const anchor = mark.label_overlap === "hide" ? ["top"] : ["top", "bottom", "right", "left"];
    const { dx: _dx, dy: _dy, ...rest } = (one({})["encode"] as { update: Spec }).update;
    to.marks.push({
      type: "text",
      interactive: false,
      from: { data: source },
      encode: { update: rest },
      transform: [{ type: "label", size: { signal: "[width, height]" }, anchor, offset: [Math.max(2, distance - 4)], padding: 0 }],
    });
    return;
  }
  // The outline lies behind the letters.
  if (outlined) to.marks.push(one({}), one({ stroke: { value: null } }));
  else to.marks.push(one({}));
}

function onBar(position: string): Spec {
  const middle = (axis: "x" | "y"): Spec => ({ signal: `(datum.bounds.${axis}1 + datum.bounds.${axis}2) / 2` });
  const x = position === "left" ? { signal: "datum.bounds.x1" } : position === "right" ? { signal: "datum.bounds.x2" } : middle("x");
  const y = position === "top" ? { signal: "datum.bounds.y1" } : position === "bottom" ? { signal: "datum.bounds.y2" } : middle("y");
  return { x, y };
}

function onPoint(plan: Plan, { fields: { x, y } }: Layer): Spec {
  const along = (axis: "x" | "y", key: string | undefined): Spec => ({ scale: axis, field: key, ...(plan.kinds[axis] === "band" && { band: 0.5 }) });
  return { x: along("x", x?.key), y: along("y", y?.key) };
}
