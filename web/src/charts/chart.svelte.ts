/** A chart on the page: builds the drawing from what it is to show, and follows its rows, its size and the theme. */
import type { Plot } from "../page/cards.gen";
import type { Buffer } from "../page/buffer";
import { list } from "../page/read";
import { isList, isObject, type Json } from "../transport/json";
import type { Drawing } from "./draw";
import { timeOf } from "./format";
import type { Interaction } from "./gestures";
import { BadChart, guarded, readSpec } from "./guard";
import { compile } from "./marks";
import { planOf, type Plan, type Spec } from "./plan";
import { cellsOf, Tuples, type Table, type Tuple } from "./rows";
import { configOf, inkOf, type Ink } from "./theme";

/** What a chart shows: marks of Wave, or a specification. */
export type Shown = { readonly plot: Plot } | { readonly spec: string | Json; readonly grammar: "vega-lite" | "vega" };

export interface Options {
  readonly shown: Shown;
  readonly source: Buffer | Table | undefined;
  readonly interactions: readonly Interaction[];
  readonly select: boolean;
  readonly stage: HTMLElement;
  /** The rows changed. */
  readonly onrows: () => void;
  readonly ontip: (event: MouseEvent | null, value: unknown) => void;
  /** A mark was clicked: its tuples. */
  readonly onpick: (tuples: readonly Tuple[]) => void;
  readonly onerror: (error: unknown) => void;
}

/** A chart that is drawn. */
export interface Chart {
  readonly drawing: Drawing;
  readonly plan: Plan | undefined;
  readonly tuples: Tuples | undefined;
  /** The rows of a specification that brings them itself. */
  readonly table: Table | undefined;
  stop(): void;
}

const LEAST = 40;

/** Draw a chart into its stage. @throws BadChart */
export async function build(options: Options, ink: Ink): Promise<Chart> {
  const { shown, source, interactions, select, stage, ontip, onerror } = options;
  const [{ draw }, lite] = await Promise.all([import("./draw"), "spec" in shown && shown.grammar === "vega-lite" ? import("./lite") : undefined]);
  const config = configOf(ink);
  const room = (): readonly [number, number] => [Math.max(LEAST, stage.clientWidth), Math.max(LEAST, stage.clientHeight)];

  let plan: Plan | undefined;
  let table: Table | undefined;
  let spec: Spec;
  let make: ((cells: readonly Json[]) => Tuple) | undefined;
  const first = room();
  let size: readonly [number | undefined, number | undefined] = first;
  let fits = true;
  if ("plot" in shown) {
    const from = source ?? { fields: [], rows: [] };
    plan = planOf(shown.plot, from.fields, cellsOf(from), ink, select);
    make = plan.make;
    spec = compile(plan, interactions);
  } else {
    const given = guarded(typeof shown.spec === "string" ? readSpec(shown.spec) : shown.spec) as Record<string, Json>;
    if (source !== undefined) given["data"] = lite === undefined ? withRows(given["data"]) : { name: "rows" };
    else table = tableIn(given["data"]);
    fits = !["hconcat", "vconcat", "concat", "facet", "repeat", "spec"].some((name) => Object.hasOwn(given, name)) && !hasFacets(given);
    const [width, height] = [given["width"], given["height"]].map((side) => (typeof side === "number" || isObject(side ?? null) ? side : undefined));
    size = [width === undefined && fits ? size[0] : undefined, height === undefined && fits ? size[1] : undefined];
    if (lite === undefined) {
      spec = { ...given };
      if (size[0] !== undefined || size[1] !== undefined) spec["autosize"] ??= { type: "fit", contains: "padding" };
    } else {
      const sized: Spec = { ...given };
      if (fits) {
        sized["width"] = width ?? size[0];
        sized["height"] = height ?? size[1];
        sized["autosize"] ??= { type: width === undefined && height === undefined ? "fit" : width === undefined ? "fit-x" : height === undefined ? "fit-y" : "pad", contains: "padding" };
      }
      spec = lite.translate(sized, config, () => undefined);
      delete spec["$schema"];
    }
    if (source !== undefined) make = maker(source.fields, takeParsers(spec));
  }

  let frame = 0;
  let drawing: Drawing | undefined;
  const tuples =
    source === undefined || make === undefined
      ? undefined
      : new Tuples(source, make, () => {
          if (frame === 0) frame = requestAnimationFrame(flush);
        });
  const empty = tuples?.list.length === 0;
  const flush = (): void => {
    frame = 0;
    if (drawing === undefined || tuples === undefined) return;
    drawing.change(tuples.take());
    options.onrows();
    // Without rows it was not known whether they hold numbers.
    if (empty && tuples.list.length > 0) rebuild();
  };
  const rebuild = (): void => {
    options.onerror(REBUILD);
  };

  const element = document.createElement("div");
  try {
    drawing = await draw({
      element,
      spec,
      config,
      rows: tuples?.list,
      size,
      ...(plan !== undefined && plan.coord === "rect" && { along: alongOf(plan) }),
      written: plan === undefined ? undefined : writerOf(plan),
      ontip,
      onclick: (item) => {
        const layer = plan?.layers.find(({ at }) => `layer${at}` === (item?.mark as { name?: string } | undefined)?.name);
        if (item === null || item === undefined || layer === undefined || layer.mark.interactive === false) return;
        const many = ["line", "area"].includes(item.mark.marktype);
        options.onpick(many ? item.mark.items.map((one) => (one as unknown as { datum: Tuple }).datum) : [item.datum as Tuple]);
      },
      onerror,
    });
  } catch (error) {
    tuples?.stop();
    throw error;
  }
  stage.replaceChildren(element);
  const free = size.map((side) => side !== undefined);
  let seen = first;
  const resized = new ResizeObserver(() => {
    const [wide, high] = room();
    if (fits && stage.clientWidth > 0 && (free[0] || free[1]) && (wide !== seen[0] || high !== seen[1])) {
      seen = [wide, high];
      drawing?.resize(free[0] ? wide : undefined, free[1] ? high : undefined);
    }
  });
  resized.observe(stage);
  return {
    drawing,
    plan,
    tuples,
    table,
    stop() {
      cancelAnimationFrame(frame);
      resized.disconnect();
      tuples?.stop();
      drawing.stop();
    },
  };
}

/** Told as an error when a chart has to be built again. */
export const REBUILD = new BadChart("build again");

/** Follow the theme. */
export function watchTheme(stage: HTMLElement, changed: (ink: Ink) => void): () => void {
  let ink = inkOf(stage);
  let key = JSON.stringify(configOf(ink));
  const observer = new MutationObserver(() => {
    ink = inkOf(stage);
    const now = JSON.stringify(configOf(ink));
    if (now === key) return;
    key = now;
    changed(ink);
  });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["style", "class"] });
  return () => {
    observer.disconnect();
  };
}

const hasFacets = ({ encoding }: Record<string, Json>): boolean => isObject(encoding ?? null) && ["row", "column", "facet"].some((name) => Object.hasOwn(encoding as object, name));

/** Rows of the page in place of the first data set of a specification of Vega. */
function withRows(data: Json | undefined): Json {
  const [first, ...rest] = isList(data ?? null) ? (data as readonly Json[]) : [];
  const name = isObject(first ?? null) && typeof (first as Record<string, Json>)["name"] === "string" ? ((first as Record<string, Json>)["name"] as string) : "table";
  const transform = isObject(first ?? null) ? ((first as Record<string, Json>)["transform"] ?? []) : [];
  return [{ name: "rows" }, { name: name === "rows" ? "table" : name, source: "rows", transform }, ...rest];
}

/** The rows that a specification brings. */
function tableIn(data: Json | undefined): Table | undefined {
  const sets = isList(data ?? null) ? (data as readonly Json[]) : [data ?? null];
  for (const set of sets) {
    const values = isObject(set) ? set["values"] : undefined;
    if (!isList(values ?? null)) continue;
    const records = (values as readonly Json[]).map((one) => (isObject(one) ? one : { value: one }));
    const fields = [...new Set(records.slice(0, 1_000).flatMap((one) => Object.keys(one)))];
    return { fields, rows: records.map((one) => fields.map((field) => (Object.hasOwn(one, field) ? (one[field] ?? null) : null))) };
  }
  return undefined;
}

/** Take from a specification how values of the rows are read, which the runtime does only for rows that it has loaded. */
function takeParsers(spec: Spec): ReadonlyMap<string, string> {
  for (const set of list(spec["data"])) {
    const { name, format } = set as { name?: string; format?: Spec };
    if (name !== "rows" || format === undefined) continue;
    const parsers = Object.entries((format["parse"] ?? {}) as Record<string, unknown>);
    delete (set as Spec)["format"];
    return new Map(parsers.flatMap(([field, kind]) => (typeof kind === "string" ? [[field, kind]] : [])));
  }
  return new Map();
}

function maker(fields: readonly string[], parsers: ReadonlyMap<string, string>): (cells: readonly Json[]) => Tuple {
  const readers = fields.map((field) => {
    const kind = parsers.get(field);
    if (kind === undefined) return (cell: unknown) => cell;
    if (kind.startsWith("date") || kind.startsWith("utc")) return (cell: unknown) => (cell === null ? null : timeOf(cell));
    return kind === "number" ? (cell: unknown) => (cell === null || cell === "" ? null : Number(cell)) : (cell: unknown) => cell;
  });
  return (cells) => Object.fromEntries(fields.map((field, at) => [field, readers[at]?.(cells[at])]));
}

/** The first field along each axis, and the ends of stacks. */
function alongOf(plan: Plan): { readonly x: (tuple: Tuple) => unknown; readonly y: (tuple: Tuple) => unknown } {
  const of = (axis: "x" | "y"): ((tuple: Tuple) => unknown) => {
    const layer = plan.layers.find(({ note, fields }) => !note && (fields[axis] ?? fields[`${axis}2`] ?? fields[`${axis}_q2`]) !== undefined);
    const value = axis === (plan.lying ? "x" : "y");
    const stack = value && layer?.mark.stack === "auto" ? `to${layer.at}` : undefined;
    const key = stack ?? (layer?.fields[axis] ?? layer?.fields[`${axis}2`] ?? layer?.fields[`${axis}_q2`])?.key;
    return (tuple) => (key === undefined ? undefined : tuple[key]);
  };
  return { x: of("x"), y: of("y") };
}

function writerOf(plan: Plan): (axis: string, value: unknown) => string {
  return (axis, value) => {
    const write = plan.layers.map(({ fields }) => fields[axis === "x" ? "x" : "y"]?.write).find((one) => one !== undefined);
    return write?.(value) ?? String(value);
  };
}
