/** Plots around a centre: bars as sectors and rings, lines and points by angle, and bars along a spiral. */
import { num } from "../page/read";
import { colorOf, draft, groupsOf, nameOf, picked, stacked, type Drawn } from "./geometry";
import { styleOf, type Draft, type Layer, type Plan, type Spec } from "./plan";
import { ORDER } from "./rows";
import { shapeOf } from "./shapes";

const CENTER = { x: { signal: "width / 2" }, y: { signal: "height / 2" } };

/** Draw all layers but notes. */
export function round(plan: Plan, layers: readonly Layer[], transform: Spec[]): Drawn {
  const to = draft();
  to.signals.push({ name: "radius", update: "max(10, min(width, height) / 2 - 22)" });
  for (const layer of layers) {
    for (const axis of ["x", "y"] as const) {
      const field = layer.fields[axis];
      if (field !== undefined) to.values[axis].push(field.key);
    }
    if (plan.coord === "helix") helix(plan, layer, to);
    else if (plan.coord === "theta") theta(plan, layer, transform, to);
    else if ((layer.mark.type ?? "interval") === "interval") sectors(plan, layer, transform, to);
    else byAngle(plan, layer, to);
  }
  if (plan.coord === "helix") return { ...to, ranges: { x: "[0, 1]", y: "[0, radius / 5.2]" } };
  to.marks.unshift(...(plan.coord === "polar" ? grid(plan) : []));
  return { ...to, ranges: plan.coord === "theta" ? { x: "[radius * 0.2, radius]", y: "[0, PI * 2]" } : { x: "[0, PI * 2]", y: "[0, radius]" } };
}

/** Rings at round numbers, and the categories around them. */
function grid(plan: Plan): readonly Spec[] {
  const name = plan.layers.map(({ fields }) => fields.x?.key).find((key) => key !== undefined);
  const rings = [0.25, 0.5, 0.75, 1].map(
    (share): Spec => ({
      type: "arc",
      interactive: false,
      encode: {
        update: {
          ...CENTER,
          startAngle: { value: 0 },
          endAngle: { signal: "PI * 2" },
          outerRadius: { signal: `radius * ${share}` },
          innerRadius: { signal: `radius * ${share} - 0.5` },
          fill: { value: plan.ink.line },
        },
      },
    }),
  );
  const angle = `scale('x', datum['${name ?? ""}']) + bandwidth('x') / 2`;
  if (name === undefined || plan.kinds.x !== "band") return rings;
  return [
    ...rings,
    {
      type: "text",
      interactive: false,
      from: { data: "rows" },
      encode: {
        update: {
          x: { signal: `width / 2 + (radius + 10) * sin(${angle})` },
          y: { signal: `height / 2 - (radius + 10) * cos(${angle})` },
          text: { field: name },
          fill: { value: plan.ink.muted },
          fontSize: { value: 12 },
          opacity: { signal: firstOf(name) },
          baseline: { value: "middle" },
          align: { signal: `abs(sin(${angle})) < 0.2 ? 'center' : sin(${angle}) > 0 ? 'left' : 'right'` },
        },
      },
    },
  ];
}

function arcs(plan: Plan, layer: Layer, to: Draft, encode: Spec): void {
  const style = { fill: colorOf(layer, plan), stroke: { value: plan.ink.surface }, ...styleOf(layer.mark, plan.ink) };
  to.marks.push({
    type: "arc",
    name: nameOf(layer),
    from: { data: "rows" },
    encode: { update: { ...CENTER, ...encode, ...picked(plan, picked(plan, style, "stroke", plan.ink.text), "strokeWidth", 2), tooltip: { signal: "datum" } } },
  });
}

/** Bars that point away from the centre. */
function sectors(plan: Plan, layer: Layer, transform: Spec[], to: Draft): void {
  const { x, y } = layer.fields;
  if (x === undefined || y === undefined) return;
  let [low, high]: readonly [Spec, Spec] = [{ value: 0 }, { scale: "y", field: y.key }];
  if (layer.mark.stack === "auto") {
    const [from, end] = stacked(layer, y, [x.key], transform);
    to.values.y.push(from, end);
    [low, high] = [
      { scale: "y", field: from },
      { scale: "y", field: end },
    ];
  }
  arcs(plan, layer, to, { startAngle: { scale: "x", field: x.key }, endAngle: { scale: "x", field: x.key, offset: { signal: "bandwidth('x')" } }, innerRadius: low, outerRadius: high });
}

/** Bars that go around the centre, one ring for each category; one ring for all of them is a pie. */
function theta(plan: Plan, layer: Layer, transform: Spec[], to: Draft): void {
  const { x, y } = layer.fields;
  if (y === undefined) return;
  let [low, high]: readonly [Spec, Spec] = [{ value: 0 }, { scale: "y", field: y.key }];
  if (layer.mark.stack === "auto") {
    const [from, end] = stacked(layer, y, x === undefined ? [] : [x.key], transform, "ascending");
    to.values.y.push(from, end);
    [low, high] = [
      { scale: "y", field: from },
      { scale: "y", field: end },
    ];
  }
  const ring = x === undefined ? { innerRadius: { signal: "radius * 0.4" }, outerRadius: { signal: "radius" } } : { innerRadius: { scale: "x", field: x.key }, outerRadius: { scale: "x", field: x.key, offset: { signal: "bandwidth('x')" } } };
  arcs(plan, layer, to, { startAngle: low, endAngle: high, ...ring });
  if (x === undefined) return;
  // The names of the rings stand before their beginning.
  to.marks.push({
    type: "text",
    interactive: false,
    from: { data: "rows" },
    encode: {
      update: {
        x: { signal: "width / 2 - 6" },
        y: { signal: `height / 2 - scale('x', datum['${x.key}']) - bandwidth('x') / 2` },
        text: { field: x.key },
        fill: { value: plan.ink.muted },
        fontSize: { signal: "clamp(bandwidth('x'), 8, 12)" },
        baseline: { value: "middle" },
        align: { value: "right" },
        opacity: { signal: firstOf(x.key) },
      },
    },
  });
}

/** 1 for the first of the rows that have the same value, whose text is enough for all of them. */
const firstOf = (key: string): string => `indexof(pluck(data('rows'), '${key}'), datum['${key}']) === indexof(pluck(data('rows'), '${ORDER}'), datum['${ORDER}']) ? 1 : 0`;

/** Points, lines and areas at an angle and a distance from the centre. */
function byAngle(plan: Plan, layer: Layer, to: Draft): void {
  const { x, y } = layer.fields;
  if (x === undefined || y === undefined) return;
  const angle = `scale('x', datum['${x.key}'])${plan.kinds.x === "band" ? " + bandwidth('x') / 2" : ""}`;
  const distance = `scale('y', datum['${y.key}'])${plan.kinds.y === "band" ? " + bandwidth('y') / 2" : ""}`;
  const place = { x: { signal: `width / 2 + ${distance} * sin(${angle})` }, y: { signal: `height / 2 - ${distance} * cos(${angle})` } };
  const color = colorOf(layer, plan);
  if (layer.mark.type === "point") {
    const shape = { size: { value: 3.1416 * (num(layer.mark.size) ?? 4) ** 2 }, shape: { value: shapeOf(layer.mark.shape ?? "circle") } };
    to.marks.push({
      type: "symbol",
      name: nameOf(layer),
      from: { data: "rows" },
      encode: { update: { ...place, ...shape, stroke: color, fill: { value: "transparent" }, ...styleOf(layer.mark, plan.ink), tooltip: { signal: "datum" } } },
    });
    return;
  }
  const closed = layer.mark.type === "area" || layer.mark.type === "polygon";
  const line = {
    type: "line",
    name: nameOf(layer),
    encode: {
      update: {
        ...place,
        stroke: color,
        strokeWidth: { value: num(layer.mark.size) ?? 2 },
        interpolate: { value: closed ? "linear-closed" : "linear" },
        ...(closed && { fill: color, fillOpacity: { value: 0.35 } }),
        ...styleOf(layer.mark, plan.ink),
      },
    },
  };
  const groupby = groupsOf(layer);
  const name = `groups${layer.at}`;
  to.marks.push(groupby.length === 0 ? { ...line, from: { data: "rows" } } : { type: "group", from: { facet: { name, data: "rows", groupby } }, marks: [{ ...line, from: { data: name } }] });
}

/** Corners of a bar on the spiral: along its foot, and back along its head. */
const CORNERS = 4;

function helix(plan: Plan, layer: Layer, to: Draft): void {
  const { x, y } = layer.fields;
  if (x === undefined || y === undefined) return;
  const from = `scale('x', datum['${x.key}'])`;
  const corner = (step: number, head: boolean): string => {
    const share = `(${from} + bandwidth('x') * ${step / CORNERS})`;
    const angle = `(PI * 1.5 + ${share} * PI * 6)`;
    const distance = `(radius * 0.2 + radius * 0.6 * ${share}${head ? ` + scale('y', datum['${y.key}'])` : ""})`;
    return `(${distance} * cos(${angle})) + ',' + (${distance} * sin(${angle}))`;
  };
  const steps = Array.from({ length: CORNERS + 1 }, (_one, step) => step);
  const path = [...steps.map((step) => corner(step, false)), ...steps.toReversed().map((step) => corner(step, true))].join(" + 'L' + ");
  const style = { fill: colorOf(layer, plan), ...styleOf(layer.mark, plan.ink) };
  to.marks.push({
    type: "path",
    name: nameOf(layer),
    from: { data: "rows" },
    encode: { update: { ...CENTER, path: { signal: `'M' + ${path} + 'Z'` }, ...picked(plan, style, "stroke", plan.ink.text), tooltip: { signal: "datum" } } },
  });
}
