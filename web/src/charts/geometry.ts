/** Marks of a plot with straight axes. */
import { num, str } from "../page/read";
import { labels } from "./labels";
import { styleOf, type Axis, type Draft, type Field, type Layer, type Plan, type Spec } from "./plan";
import { ORDER } from "./rows";
import { shapeOf } from "./shapes";

/** What the layers of a plot add to its specification. */
export interface Drawn {
  readonly marks: readonly Spec[];
  readonly data: readonly Spec[];
  readonly scales: readonly Spec[];
  readonly signals: readonly Spec[];
  /** Along each axis names of values in tuples, and numbers that it shows. */
  readonly values: Readonly<Record<Axis, readonly (string | number)[]>>;
  readonly ranges: Readonly<Partial<Record<Axis, string>>>;
}

export const draft = (): Draft => ({ marks: [], data: [], scales: [], signals: [], values: { x: [], y: [] } });

/** Name of a mark, by which events find its layer. */
export const nameOf = ({ at }: Layer): string => `layer${at}`;

/** Colour of the rows of a layer: from its field, or the one that it says. */
export function colorOf(layer: Layer, plan: Plan): Spec {
  const field = layer.fields.color;
  if (field !== undefined) return { scale: "color", field: field.key };
  const said = str(layer.mark.color);
  return { value: said === undefined || said.startsWith("=") ? plan.ink.accent : plan.ink.paint(said) };
}

/** A mark that is selected has an outline. */
export function picked(plan: Plan, style: Spec, name: string, value: unknown): Spec {
  if (!plan.select) return style;
  const otherwise = style[name] as Spec | undefined;
  return { ...style, [name]: [{ test: `picked === datum['${ORDER}']`, value }, ...(otherwise === undefined ? [] : [otherwise])] };
}

/** Fields that divide the rows of a line or area. */
export const groupsOf = ({ fields: { color, shape } }: Layer): readonly string[] => [color, shape].flatMap((field) => (field === undefined || field.numeric ? [] : [field.key]));

/** Add a stack of values to the data; return the names of their lower and upper ends. */
export function stacked(layer: Layer, value: Field, groupby: readonly string[], transform: Spec[], order: "ascending" | "descending" = "descending"): readonly [string, string] {
  const as = [`from${layer.at}`, `to${layer.at}`] as const;
  // Upwards the first group lies on top, as it stands first in the legend.
  transform.push({ type: "stack", groupby, field: value.key, sort: { field: ORDER, order }, as });
  return as;
}

/** Where bars and areas begin that do not say it: at zero, or the end of the axis that is next to it. */
export const base = (axis: Axis): Spec => ({ signal: `scale('${axis}', clamp(0, domain('${axis}')[0], peek(domain('${axis}'))))` });

/** Draw all layers but notes. */
export function geometry(plan: Plan, layers: readonly Layer[], transform: Spec[]): Drawn {
  const to = draft();
  for (const layer of layers) {
    for (const axis of ["x", "y"] as const) {
      for (const name of [axis, `${axis}0`, `${axis}1`, `${axis}2`, `${axis}_q1`, `${axis}_q2`, `${axis}_q3`] as const) {
        const field = layer.fields[name];
        if (field !== undefined) to.values[axis].push(field.key);
      }
    }
    const { type = "interval" } = layer.mark;
    if (type === "interval") bars(plan, layer, transform, to);
    else if (type === "line" || type === "path") lines(plan, layer, to);
    else if (type === "area") areas(plan, layer, transform, to);
    else if (type === "point") points(plan, layer, to);
    else if (type === "schema") boxes(plan, layer, to);
    else if (type === "edge") edges(plan, layer, to);
    else cells(plan, layer, to);
  }
  for (const { mark, note } of plan.layers) {
    if (!note) continue;
    for (const axis of ["x", "y"] as const) {
      for (const value of [mark[axis], mark[`${axis}0`]]) if (typeof value === "number" && plan.kinds[axis] === "number") to.values[axis].push(value);
    }
  }
  return { ...to, ranges: {} };
}

/** Where a value is along an axis; in the middle of its band. */
export function at(plan: Plan, axis: Axis, field: Field | undefined): Spec {
  if (field === undefined) return { value: 0 };
  return { scale: axis, field: field.key, ...(plan.kinds[axis] === "band" && { band: 0.5 }) };
}

const across = (axis: Axis): Axis => (axis === "x" ? "y" : "x");

/** Where a bar is across its direction, the start and the size; bars of one place may stand side by side. */
function lane(plan: Plan, layer: Layer, main: Axis, to: Draft): { readonly start: Spec; readonly size: Spec; readonly by: readonly string[] } {
  const { fields, mark } = layer;
  const field = fields[main];
  const place = { scale: main, field: field?.key };
  if (plan.kinds[main] !== "band") {
    const extent = main === "x" ? "width" : "height";
    const width = `${num(mark.size) ?? `clamp(${extent} / max(1, length(data('rows'))) * 0.6, 1, 40)`}`;
    return { start: { ...place, offset: { signal: `-(${width}) / 2` } }, size: { signal: width }, by: field === undefined ? [] : [field.key] };
  }
  const side = fields.dodge ?? (mark.dodge === "auto" ? fields.color : undefined);
  if (side !== undefined) {
    const name = `lane${layer.at}`;
    to.scales.push({ name, type: "band", domain: { data: "rows", field: side.key }, range: [0, { signal: `bandwidth('${main}')` }], paddingInner: 0.06 });
    return { start: { ...place, offset: { scale: name, field: side.key } }, size: { scale: name, band: 1 }, by: [field?.key ?? "", side.key] };
  }
  const size = num(mark.size);
  if (size === undefined) return { start: place, size: { scale: main, band: 1 }, by: [field?.key ?? ""] };
  return { start: { ...place, band: 0.5, offset: -size / 2 }, size: { value: size }, by: [field?.key ?? ""] };
}

function bars(plan: Plan, layer: Layer, transform: Spec[], to: Draft): void {
  const { fields, mark } = layer;
  const binned = (["x", "y"] as const).find((axis) => fields[`${axis}1`] !== undefined && fields[`${axis}2`] !== undefined && fields[axis] === undefined);
  const main: Axis = binned ?? (plan.lying ? "y" : "x");
  const value = across(main);
  const [start, end, size] = main === "x" ? ["x", "x2", "width"] : ["y", "y2", "height"];
  const field = fields[value];
  if (field === undefined) return;
  const encode: Spec = {};
  if (binned !== undefined) {
    encode[start] = { scale: main, field: fields[`${main}1`]?.key, offset: main === "x" ? 1 : -1 };
    encode[end] = { scale: main, field: fields[`${main}2`]?.key };
  } else {
    const { start: from, size: room } = lane(plan, layer, main, to);
    encode[start] = from;
    encode[size] = room;
  }
  const from = fields[`${value}0`];
  const [one, other] = value === "x" ? ["x", "x2"] : ["y", "y2"];
  if (mark.stack === "auto" && from === undefined && field.numeric) {
    const { by } = lane(plan, layer, main, draft());
    const [low, high] = stacked(layer, field, by, transform, plan.lying ? "ascending" : "descending");
    to.values[value].push(low, high);
    to.values[value].splice(to.values[value].indexOf(field.key), 1);
    encode[one] = { scale: value, field: high };
    encode[other] = { scale: value, field: low };
  } else {
    encode[one] = at(plan, value, field);
    encode[other] = from === undefined ? base(value) : { scale: value, field: from.key };
  }
  const style = { fill: colorOf(layer, plan), ...styleOf(mark, plan.ink) };
  to.marks.push({
    type: "rect",
    name: nameOf(layer),
    from: { data: "rows" },
    encode: { update: { ...encode, ...picked(plan, picked(plan, style, "stroke", plan.ink.text), "strokeWidth", 2), tooltip: { signal: "datum" } } },
  });
  labels(plan, layer, to, "rect");
}

/** Marks for each group of rows. */
function grouped(layer: Layer, inner: Spec): Spec {
  const groupby = groupsOf(layer);
  if (groupby.length === 0) return { ...inner, from: { data: "rows" } };
  const name = `groups${layer.at}`;
  return { type: "group", from: { facet: { name, data: "rows", groupby } }, marks: [{ ...inner, from: { data: name } }] };
}

function interpolate(layer: Layer, monotone: "x" | "y" | undefined): string {
  const { curve } = layer.mark;
  if (curve === "smooth") return monotone === undefined ? "catmull-rom" : "monotone";
  return curve === "step" || curve === "step-before" || curve === "step-after" ? curve : "linear";
}

const defined = (...fields: readonly (Field | undefined)[]): Spec => ({ signal: fields.map((field) => (field === undefined ? "true" : `isValid(datum['${field.key}'])`)).join(" && ") });

function lines(plan: Plan, layer: Layer, to: Draft): void {
  const { fields, mark } = layer;
  if (fields.x === undefined || fields.y === undefined) return;
  const ordered = mark.type === "line" && plan.kinds.x !== "band";
  const { fill, fillOpacity, ...style } = styleOf(mark, plan.ink);
  void [fill, fillOpacity];
  to.marks.push(
    grouped(layer, {
      type: "line",
      name: nameOf(layer),
      ...(ordered && { sort: { field: `datum['${fields.x.key}']` } }),
      encode: {
        update: {
          x: at(plan, "x", fields.x),
          y: at(plan, "y", fields.y),
          defined: defined(fields.x, fields.y),
          interpolate: { value: interpolate(layer, ordered || plan.kinds.x === "band" ? "x" : undefined) },
          stroke: colorOf(layer, plan),
          strokeWidth: { value: num(mark.size) ?? 2 },
          strokeJoin: { value: "round" },
          ...style,
        },
      },
    }),
  );
  labels(plan, layer, to, "point");
}

function areas(plan: Plan, layer: Layer, transform: Spec[], to: Draft): void {
  const { fields, mark } = layer;
  const main: Axis = plan.lying ? "y" : "x";
  const value = across(main);
  const [place, field, from] = [fields[main], fields[value], fields[`${value}0`]];
  if (place === undefined || field === undefined) return;
  let ends: readonly [Spec, Spec] = [at(plan, value, field), from === undefined ? base(value) : { scale: value, field: from.key }];
  if (mark.stack === "auto" && from === undefined) {
    const [low, high] = stacked(layer, field, [place.key], transform);
    to.values[value].push(low, high);
    ends = [
      { scale: value, field: high },
      { scale: value, field: low },
    ];
  }
  const color = colorOf(layer, plan);
  const { strokeWidth = { value: 0 }, ...style } = styleOf(mark, plan.ink);
  to.marks.push(
    grouped(layer, {
      type: "area",
      name: nameOf(layer),
      ...(plan.kinds[main] !== "band" && { sort: { field: `datum['${place.key}']` } }),
      encode: {
        update: {
          [main]: at(plan, main, place),
          [value]: ends[0],
          [`${value}2`]: ends[1],
          ...(plan.lying && { orient: { value: "horizontal" } }),
          defined: defined(place, field),
          interpolate: { value: interpolate(layer, main) },
          fill: color,
          fillOpacity: { value: mark.stack === "auto" ? 0.75 : 0.35 },
          strokeWidth,
          ...style,
        },
      },
    }),
  );
  labels(plan, layer, to, "point");
}

/** Area of a symbol, from its radius in pixels. */
const area = (radius: string): Spec => ({ signal: `PI * pow(${radius}, 2)` });

function points(plan: Plan, layer: Layer, to: Draft): void {
  const { fields, mark } = layer;
  if (fields.x === undefined && fields.y === undefined) return;
  const shape = str(mark.shape);
  const fixed = shape === undefined || shape.startsWith("=") ? undefined : shape;
  const solid = (fixed !== undefined && !fixed.startsWith("hollow")) || mark.fill_color !== undefined;
  const color = colorOf(layer, plan);
  const style: Spec = {
    stroke: color,
    strokeWidth: { value: solid ? 0 : 1.5 },
    fill: solid ? color : { value: "transparent" },
    ...(solid && { fillOpacity: { value: 0.85 } }),
    ...styleOf(mark, plan.ink),
  };
  to.marks.push({
    type: "symbol",
    name: nameOf(layer),
    from: { data: "rows" },
    encode: {
      update: {
        x: at(plan, "x", fields.x),
        y: at(plan, "y", fields.y),
        opacity: { signal: `${String(defined(fields.x, fields.y)["signal"])} ? 1 : 0` },
        size: area(fields.size === undefined ? String(num(mark.size) ?? 4) : `scale('size', datum['${fields.size.key}'])`),
        shape: fields.shape === undefined ? { value: shapeOf(fixed ?? "circle") } : { scale: "shape", field: fields.shape.key },
        ...picked(plan, picked(plan, style, "stroke", plan.ink.text), "strokeWidth", 2.5),
        tooltip: { signal: "datum" },
      },
    },
  });
  labels(plan, layer, to, "point");
}

function boxes(plan: Plan, layer: Layer, to: Draft): void {
  const { fields, mark } = layer;
  const value: Axis = fields.y_q2 === undefined ? "x" : "y";
  const main = across(value);
  const place = fields[main];
  const at_ = (name: "1" | "2" | "_q1" | "_q2" | "_q3"): Spec => ({ scale: value, field: fields[`${value}${name}`]?.key });
  if (place === undefined || fields[`${value}_q2`] === undefined) return;
  const color = colorOf(layer, plan);
  const stroke = { stroke: { value: plan.ink.text }, strokeWidth: { value: 1 }, ...styleOf(mark, plan.ink) };
  const { fill: _fill, fillOpacity: _opacity, ...outline } = stroke as Spec;
  const middle = { scale: main, field: place.key, band: 0.5 };
  const side = (band: number): Spec => ({ scale: main, field: place.key, band });
  const rule = (encode: Spec): Spec => ({ type: "rule", from: { data: "rows" }, encode: { update: { ...encode, ...outline } } });
  const whisker = (name: "1" | "2"): Spec => rule({ [main]: side(0.25), [`${main}2`]: side(0.75), [value]: at_(name) });
  to.marks.push(
    rule({ [main]: middle, [value]: at_("1"), [`${value}2`]: at_("2") }),
    whisker("1"),
    whisker("2"),
    {
      type: "rect",
      name: nameOf(layer),
      from: { data: "rows" },
      encode: {
        update: {
          [main]: side(0),
          [main === "x" ? "width" : "height"]: { scale: main, band: 1 },
          [value]: at_("_q1"),
          [`${value}2`]: at_("_q3"),
          fill: color,
          ...stroke,
          tooltip: { signal: "datum" },
        },
      },
    },
    rule({ [main]: side(0), [`${main}2`]: side(1), [value]: at_("_q2"), strokeWidth: { value: 2 } }),
  );
}

function edges(plan: Plan, layer: Layer, to: Draft): void {
  const { fields, mark } = layer;
  const [x, y] = [fields.x ?? fields.x2, fields.y ?? fields.y2];
  const [x0, y0] = [fields.x0 ?? fields.x1 ?? x, fields.y0 ?? fields.y1 ?? y];
  to.marks.push({
    type: "rule",
    name: nameOf(layer),
    from: { data: "rows" },
    encode: {
      update: {
        x: at(plan, "x", x0),
        y: at(plan, "y", y0),
        x2: at(plan, "x", x),
        y2: at(plan, "y", y),
        stroke: colorOf(layer, plan),
        strokeWidth: { value: num(mark.size) ?? 1 },
        ...styleOf(mark, plan.ink),
        tooltip: { signal: "datum" },
      },
    },
  });
}

/** Cells of a grid, or where there is none a closed shape or clouds. */
function cells(plan: Plan, layer: Layer, to: Draft): void {
  const { fields, mark } = layer;
  if (fields.x === undefined || fields.y === undefined) return;
  const style = { fill: colorOf(layer, plan), ...styleOf(mark, plan.ink) };
  if (plan.kinds.x === "band" && plan.kinds.y === "band") {
    const room = (axis: Axis, size: string): Spec => ({ [axis]: { scale: axis, field: fields[axis]?.key }, [size]: { scale: axis, band: 1 } });
    to.marks.push({
      type: "rect",
      name: nameOf(layer),
      from: { data: "rows" },
      encode: {
        update: {
          ...room("x", "width"),
          ...room("y", "height"),
          stroke: { value: plan.ink.surface },
          ...picked(plan, style, "stroke", plan.ink.text),
          tooltip: { signal: "datum" },
        },
      },
    });
    labels(plan, layer, to, "rect");
  } else if (mark.type === "polygon") {
    const shape = { x: at(plan, "x", fields.x), y: at(plan, "y", fields.y), interpolate: { value: "linear-closed" }, fillOpacity: { value: 0.6 }, ...style };
    to.marks.push(grouped(layer, { type: "line", name: nameOf(layer), encode: { update: shape } }));
  } else {
    const radius = num(mark.size) ?? 18;
    to.marks.push({
      type: "symbol",
      name: nameOf(layer),
      from: { data: "rows" },
      encode: { update: { x: at(plan, "x", fields.x), y: at(plan, "y", fields.y), size: area(String(radius)), strokeWidth: { value: 0 }, fillOpacity: { value: 0.3 }, ...style, tooltip: { signal: "datum" } } },
    });
  }
}
