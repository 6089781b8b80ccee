/**
 * Compile a plot of marks, Wave's grammar, into a specification of Vega. Data set `rows` holds the tuples of
 * `rows.ts`; scales `x` and `y` place them.
 */
import { num, str } from "../page/read";
import { geometry } from "./geometry";
import { gestures, type Interaction } from "./gestures";
import { notes } from "./notes";
import { first, numbers, words, type Axis, type Plan, type Spec } from "./plan";
import { round } from "./round";
import { shapeOf } from "./shapes";

/** Make the specification. */
export function compile(plan: Plan, interactions: readonly Interaction[]): Spec {
  const transform: Spec[] = [];
  const flat = plan.coord === "rect";
  const drawn = plan.layers.filter(({ note }) => !note);
  const layers = flat ? geometry(plan, drawn, transform) : round(plan, drawn, transform);
  const moves = flat ? gestures(plan, interactions) : { signals: [], marks: [], raw: {} };
  const scales: Spec[] = [...layers.scales];
  if (flat) {
    scales.push(scaleOf(plan, "x", layers.values.x, moves.raw.x), scaleOf(plan, "y", layers.values.y, moves.raw.y));
  } else {
    scales.push(scaleOf(plan, "x", layers.values.x, undefined, { signal: layers.ranges.x }), scaleOf(plan, "y", layers.values.y, undefined, { signal: layers.ranges.y }));
  }
  const { scales: looks, legends } = appearance(plan);
  return {
    autosize: { type: "fit", contains: "padding", resize: true },
    padding: 4,
    signals: [
      ...(plan.select ? [{ name: "picked", value: -1 }] : []),
      { name: "pointed", value: null },
      ...moves.signals,
      ...layers.signals,
    ],
    data: [{ name: "rows", transform }, ...layers.data],
    scales: [...scales, ...looks],
    axes: flat ? [axisOf(plan, "x"), axisOf(plan, "y")] : [],
    legends,
    marks: [
      {
        type: "group",
        clip: flat && (interactions.length > 0 || bounded(plan)),
        encode: { update: { width: { signal: "width" }, height: { signal: "height" } } },
        marks: layers.marks,
      },
      // What notes say is cut at the edges: it must not take room from the plot.
      ...(flat ? [framed(0, notes(plan))] : []),
      // What is pointed at, by pointer or keys.
      framed(8, [
        {
          type: "symbol",
          interactive: false,
          encode: {
            update: {
              x: { signal: "pointed ? pointed.x + 8 : 0" },
              y: { signal: "pointed ? pointed.y + 8 : 0" },
              opacity: { signal: "pointed ? 1 : 0" },
              size: { value: 130 },
              fill: { value: "transparent" },
              stroke: { value: plan.ink.text },
              strokeWidth: { value: 2 },
            },
          },
        },
      ]),
      ...moves.marks,
    ],
  };
}

/** Whether an axis may end before its values do. */
const bounded = (plan: Plan): boolean => (["x_max", "y_max", "x_min", "y_min"] as const).some((name) => (num(first(plan, name)) ?? 0) !== 0);

/** Marks that do not change how much room a plot needs; `margin` in pixels around the axes is theirs as well. */
function framed(margin: number, marks: readonly Spec[]): Spec {
  const size = { width: { signal: `width + ${2 * margin}` }, height: { signal: `height + ${2 * margin}` } };
  return { type: "group", clip: true, interactive: false, encode: { update: { x: { value: -margin }, y: { value: -margin }, ...size } }, marks };
}

/** Whether a kind of mark takes room along an axis of categories. */
const wide = (plan: Plan): boolean => plan.layers.some(({ mark, note }) => !note && !["line", "area", "path", "point", "edge"].includes(mark.type ?? "interval"));

function scaleOf(plan: Plan, axis: Axis, fields: readonly (string | number)[], raw: string | undefined, range?: unknown): Spec {
  const kind = plan.kinds[axis];
  const data = [...new Set(fields.filter((one) => typeof one === "string"))];
  const constants = fields.filter((one) => typeof one === "number");
  const domain = { fields: [...data.map((field) => ({ data: "rows", field })), ...(kind === "band" || constants.length === 0 ? [] : [constants])] };
  const base: Spec = { name: axis, domain, range: range ?? (axis === "x" ? "width" : "height"), ...(raw === undefined || kind === "band" ? {} : { domainRaw: { signal: raw } }) };
  if (kind === "band") {
    const sorted = first(plan, `${axis}_scale`) === "time-category";
    const domain_ = { ...domain, ...(sorted && { sort: true }) };
    const ordered: Spec = { ...base, domain: domain_, ...(axis === "y" && range === undefined && { reverse: false }) };
    if (plan.coord !== "rect") return { ...ordered, type: "band", paddingInner: { theta: 0.25, helix: 0.35, polar: 0 }[plan.coord] };
    if (!wide(plan)) return { ...ordered, type: "point", padding: plan.layers.every(({ mark, note }) => note || mark.type !== "point") ? 0.1 : 0.5 };
    const cells = plan.layers.every(({ mark, note }) => note || mark.type === "polygon" || mark.type === "heatmap");
    return { ...ordered, type: "band", paddingInner: cells ? 0 : 0.35, paddingOuter: cells ? 0 : 0.2 };
  }
  const least = num(first(plan, `${axis}_min`));
  const most = num(first(plan, `${axis}_max`));
  const bounds = { ...(least !== undefined && { domainMin: least }), ...(most !== undefined && { domainMax: most }) };
  if (kind === "time") return { ...base, ...bounds, type: "time" };
  const scale = first(plan, `${axis}_scale`);
  const value = plan.lying ? "x" : "y";
  const grounded = axis === value && plan.layers.some(({ mark, note, fields }) => !note && (mark.type ?? "interval") === "interval" && fields[`${axis}0`] === undefined);
  return {
    ...base,
    ...bounds,
    type: scale === "log" ? "log" : scale === "pow" || scale === "power" ? "pow" : "linear",
    ...(scale !== "log" && { zero: grounded }),
    nice: first(plan, `${axis}_nice`) === false ? false : 5,
  };
}

function axisOf(plan: Plan, axis: Axis): Spec {
  const kind = plan.kinds[axis];
  const title = str(first(plan, `${axis}_title`));
  const write = plan.layers.map(({ fields }) => fields[axis]?.write).find((one) => one !== undefined);
  const slanted = axis === "x" && kind === "band" ? slant(plan.longest) : {};
  return {
    scale: axis,
    orient: axis === "x" ? "bottom" : "left",
    grid: axis === "y" ? kind !== "band" : kind !== "band" && (plan.lying || plan.kinds.y === "number") && points(plan),
    ...(title !== undefined && { title }),
    labelOverlap: kind === "band" ? "greedy" : true,
    labelLimit: 140,
    tickCount: axis === "x" ? { signal: "ceil(width / 90)" } : { signal: "ceil(height / 50)" },
    ...slanted,
    ...(write !== undefined && { encode: { labels: { update: { text: { signal: `written('${axis}', datum.value)` } } } } }),
  };
}

const points = (plan: Plan): boolean => plan.lying || plan.layers.some(({ mark }) => mark.type === "point");

/** Long labels of many categories are turned. */
function slant(longest: number): Spec {
  const step = "width / max(1, length(domain('x')))";
  const tight = `${step} < ${longest * 6 + 4}`;
  return {
    labelOverlap: { signal: `${tight} && ${step} > 14 ? false : 'greedy'` },
    labelAngle: { signal: `${tight} ? -40 : 0` },
    labelAlign: { signal: `${tight} ? 'right' : 'center'` },
    labelBaseline: { signal: `${tight} ? 'middle' : 'top'` },
  };
}

/** Scales and legends of colour, shape and size. */
function appearance(plan: Plan): { readonly scales: readonly Spec[]; readonly legends: readonly Spec[] } {
  const scales: Spec[] = [];
  const legends: Spec[] = [];
  const { ink } = plan;
  const legend = { orient: "bottom", direction: "horizontal", columns: { signal: "max(1, floor(width / 110))" }, offset: 12 };
  const colored = plan.layers.find(({ fields, note }) => !note && fields.color !== undefined);
  const color = colored?.fields.color;
  if (colored !== undefined && color !== undefined) {
    const range = words(colored.mark.color_range).map(ink.paint);
    const order = colored.mark.color_domain;
    if (color.numeric && order === undefined) {
      scales.push({ name: "color", type: "linear", domain: { data: "rows", field: color.key }, range: { scheme: range.length > 1 ? range : ink.ramp } });
      legends.push({ ...legend, fill: "color", type: "gradient", gradientLength: { signal: "max(60, min(220, width - 40))" } });
    } else {
      const domain = order !== undefined && order.length > 0 ? order : { data: "rows", field: color.key };
      scales.push({ name: "color", type: "ordinal", domain, range: range.length > 0 ? range : ink.palette });
      const line = plan.layers.every(({ mark, note }) => note || mark.type === "line" || mark.type === "path");
      legends.push({ ...legend, [line ? "stroke" : "fill"]: "color", symbolType: line ? "stroke" : "circle", ...(line && { symbolStrokeWidth: 3 }), symbolLimit: 40 });
    }
  }
  const shaped = plan.layers.find(({ fields, note }) => !note && fields.shape !== undefined);
  const shape = shaped?.fields.shape;
  if (shaped !== undefined && shape !== undefined) {
    const given = words(shaped.mark.shape_range);
    scales.push({ name: "shape", type: "ordinal", domain: { data: "rows", field: shape.key }, range: (given.length > 0 ? given : ["circle", "square", "bowtie", "diamond", "hexagon", "triangle", "triangle-down"]).map(shapeOf) });
    if (shape.key === color?.key && legends[0] !== undefined) Object.assign(legends[0], { shape: "shape", symbolType: undefined });
    else legends.push({ ...legend, shape: "shape", symbolFillColor: "transparent", symbolStrokeColor: ink.accent });
  }
  const sized = plan.layers.find(({ fields, note }) => !note && fields.size !== undefined);
  const size = sized?.fields.size;
  if (sized !== undefined && size !== undefined) {
    const [from = 2, to = 12] = numbers(sized.mark.size_range);
    scales.push({ name: "size", type: size.numeric ? "linear" : "point", domain: { data: "rows", field: size.key }, range: [from, to], ...(size.numeric && { zero: false }) });
  }
  return { scales, legends };
}
