/** What the marks of a plot mean: which fields they show, along which kind of axis, and in which direction. */
import type { Mark, Plot } from "../page/cards.gen";
import { list, num, str } from "../page/read";
import type { Json } from "../transport/json";
import { fieldOf, timeOf } from "./format";
import { ORDER, type Tuple } from "./rows";
import type { Ink } from "./theme";

/** A piece of a specification of Vega. */
export type Spec = Record<string, unknown>;

export type Axis = "x" | "y";

/** How values lie along an axis: numbers, times, or one after the other. */
export type Kind = "number" | "time" | "band";

/** An attribute of a mark that names a field. */
export interface Field {
  /** Name of the value in tuples. */
  readonly key: string;
  /** Name in the data. */
  readonly name: string;
  /** Whether its values are numbers. */
  readonly numeric: boolean;
  readonly write: ((value: unknown) => string) | undefined;
}

/** Attributes that may name a field. */
const NAMING = ["x", "x0", "x1", "x2", "x_q1", "x_q2", "x_q3", "y", "y0", "y1", "y2", "y_q1", "y_q2", "y_q3", "color", "shape", "size", "dodge", "label"] as const;
export type Naming = (typeof NAMING)[number];

/** A mark, its attributes read. */
export interface Layer {
  /** Its place in the plot. */
  readonly at: number;
  readonly mark: Mark;
  readonly fields: Readonly<Partial<Record<Naming, Field>>>;
  /** It says something about the plot, and shows no rows. */
  readonly note: boolean;
}

/** Everything that the parts of a compiled plot share. */
export interface Plan {
  readonly layers: readonly Layer[];
  readonly coord: "rect" | "polar" | "theta" | "helix";
  readonly kinds: Readonly<Record<Axis, Kind>>;
  /** Bars lie: their values are along x. */
  readonly lying: boolean;
  readonly ink: Ink;
  /** Letters of the longest value along x. */
  readonly longest: number;
  /** Marks can be selected. */
  readonly select: boolean;
  readonly make: (cells: readonly Json[]) => Tuple;
  /** Changes when the same plot of other rows has to be drawn in another way. */
  readonly shape: string;
}

/** Field names of an axis, those that decide what kind of axis it is first. */
const ALONG: Readonly<Record<Axis, readonly Naming[]>> = {
  x: ["x", "x1", "x2", "x_q2", "x_q1", "x_q3", "x0"],
  y: ["y", "y1", "y2", "y_q2", "y_q1", "y_q3", "y0"],
};
const BAND_SCALES = ["cat", "category", "time-category"];

/** Read a plot. Attributes of wrong types count as left out. */
export function planOf(plot: Plot, names: readonly string[], rows: readonly (readonly Json[])[], ink: Ink, select: boolean): Plan {
  const firsts = names.map((_name, at) => rows.find((row) => row[at] !== null && row[at] !== undefined)?.[at]);
  const layers = list(plot.marks).map((given, at): Layer => {
    const mark = given as Mark;
    const fields: Partial<Record<Naming, Field>> = {};
    for (const attribute of NAMING) {
      const field = fieldOf(mark[attribute]);
      const column = field === undefined ? -1 : names.indexOf(field.name);
      if (field === undefined || column < 0) continue;
      fields[attribute] = { key: `c${column}`, name: field.name, numeric: typeof firsts[column] === "number", write: field.write };
    }
    const value = (one: unknown): boolean => one !== undefined && one !== null && fieldOf(one) === undefined;
    return { at, mark, fields, note: value(mark.x) || value(mark.y) };
  });
  const kinds = { x: kindOf("x", layers), y: kindOf("y", layers) };
  const coords = layers.map(({ mark }) => mark.coord).find((one) => one !== undefined);
  const coord = coords === "polar" || coords === "theta" || coords === "helix" ? coords : "rect";

  const times = new Set(
    (["x", "y"] as const).flatMap((axis) => (kinds[axis] === "time" ? layers.flatMap(({ fields }) => ALONG[axis].flatMap((name) => fields[name]?.key ?? [])) : [])),
  );
  const labels = layers.flatMap(({ at, fields, mark }) => {
    const field = fields.label;
    if (field === undefined) return [];
    return [{ key: `l${at}`, column: Number(field.key.slice(1)), write: field.write ?? String, mark }];
  });
  let order = 0;
  const make = (cells: readonly Json[]): Tuple => {
    const tuple: Tuple = { [ORDER]: order++ };
    names.forEach((_name, at) => {
      const key = `c${at}`;
      const cell = cells[at];
      tuple[key] = times.has(key) && cell !== null ? timeOf(cell) : cell;
    });
    for (const { key, column, write } of labels) tuple[key] = write(cells[column]);
    return tuple;
  };
  const numeric = layers.map(({ fields }) => Object.values(fields).map((field) => field.numeric));
  return {
    layers,
    coord,
    kinds,
    lying: kinds.x !== "band" && kinds.y === "band",
    ink,
    longest: longest(layers, rows),
    select,
    make,
    shape: JSON.stringify([kinds, numeric, names]),
  };
}

function longest(layers: readonly Layer[], rows: readonly (readonly Json[])[]): number {
  const field = layers.map(({ fields }) => fields.x).find((one) => one !== undefined);
  if (field === undefined) return 0;
  const column = Number(field.key.slice(1));
  return Math.max(0, ...rows.slice(0, 1_000).map((row) => (field.write ?? String)(row[column]).length));
}

function kindOf(axis: Axis, layers: readonly Layer[]): Kind {
  for (const { mark, fields } of layers) {
    const scale = axis === "x" ? mark.x_scale : mark.y_scale;
    if (scale === "time") return "time";
    if (scale !== undefined && BAND_SCALES.includes(scale)) return "band";
    const field = ALONG[axis].map((name) => fields[name]).find((one) => one !== undefined);
    if (field !== undefined) return field.numeric || scale === "log" || scale === "pow" || scale === "power" ? "number" : "band";
  }
  return "number";
}

/** The attribute of the first mark that has it. */
export function first<K extends keyof Mark>(plan: Plan, name: K): NonNullable<Mark[K]> | undefined {
  for (const { mark, note } of plan.layers) {
    const value = mark[name];
    if (!note && value !== undefined && value !== null) return value;
  }
  return undefined;
}

/** Numbers in a text, such as `4 30`. */
export const numbers = (text: unknown): readonly number[] => words(text).map(Number).filter((one) => !Number.isNaN(one));

/** Words in a text. */
export const words = (text: unknown): readonly string[] => (str(text) ?? "").trim().split(/\s+/).filter((one) => one !== "");

/** Fill and outline that a mark says itself. */
export function styleOf(mark: Mark, ink: Ink, part: "mark" | "ref" = "mark"): Spec {
  const style: Spec = {};
  const put = (name: string, value: unknown): void => {
    if (value !== undefined) style[name] = { value };
  };
  const color = (value: unknown): string | undefined => (str(value) === undefined ? undefined : ink.paint(str(value) ?? ""));
  const dash = (text: unknown): readonly number[] | undefined => (numbers(text).length > 0 ? numbers(text) : undefined);
  if (part === "ref") {
    put("stroke", color(mark.ref_stroke_color));
    put("strokeOpacity", num(mark.ref_stroke_opacity));
    put("strokeWidth", num(mark.ref_stroke_size));
    put("strokeDash", dash(mark.ref_stroke_dash));
    return style;
  }
  put("fill", color(mark.fill_color));
  put("fillOpacity", num(mark.fill_opacity));
  put("stroke", color(mark.stroke_color));
  put("strokeOpacity", num(mark.stroke_opacity));
  put("strokeWidth", num(mark.stroke_size));
  put("strokeDash", dash(mark.stroke_dash));
  return style;
}

/** The look of labels. */
export function textOf(mark: Mark, ink: Ink): Spec {
  const style: Spec = { fill: { value: ink.text }, fontSize: { value: num(mark.label_font_size) ?? 12 } };
  const put = (name: string, value: unknown): void => {
    if (value !== undefined) style[name] = { value };
  };
  if (mark.label_fill_color !== undefined) put("fill", ink.paint(mark.label_fill_color));
  put("fillOpacity", num(mark.label_fill_opacity));
  if (mark.label_stroke_color !== undefined) put("stroke", ink.paint(mark.label_stroke_color));
  put("strokeOpacity", num(mark.label_stroke_opacity));
  put("strokeWidth", num(mark.label_stroke_size));
  put("fontWeight", mark.label_font_weight);
  put("lineHeight", num(mark.label_line_height));
  put("align", mark.label_align === "start" ? "left" : mark.label_align === "end" ? "right" : mark.label_align);
  return style;
}

/** Collects what layers add. */
export interface Draft {
  readonly marks: Spec[];
  readonly data: Spec[];
  readonly scales: Spec[];
  readonly signals: Spec[];
  readonly values: Record<Axis, (string | number)[]>;
}
