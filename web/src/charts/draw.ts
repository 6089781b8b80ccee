/** Draw a chart and keep it up to date: the runtime of Vega, whose expressions are interpreted, since no code is made of text here. */
import { changeset, expressionFunction, formats, parse, View, type Item } from "vega";
import { expressionInterpreter } from "vega-interpreter";
import { locale } from "../i18n/locale";
import { EVENTS, BadChart, loader } from "./guard";
import type { Spec } from "./plan";
import type { Change, Tuple } from "./rows";

declare module "vega" {
  /** Missing in its types. */
  function formats(name: string, reader: unknown): void;
}

/** A drawn chart. */
export interface Drawing {
  /** Apply changes of the rows. */
  change(change: Change): void;
  /** Give the chart another size, in CSS pixels. */
  resize(width: number | undefined, height: number | undefined): void;
  /** Where a tuple is, in pixels from the start of the chart; undefined when it is nowhere. */
  place(tuple: Tuple): { readonly x: number; readonly y: number } | undefined;
  /** Where the axes begin, in pixels from the start of the chart. */
  origin(): readonly [number, number];
  /** Show more or less of the axes that can be zoomed, all of them for 0. */
  zoom(factor: number): void;
  /** Set signals that the chart has. */
  set(signals: Readonly<Record<string, unknown>>): void;
  /** The marks that are drawn, for tests. */
  marks(): number;
  stop(): void;
}

export interface Wanted {
  readonly element: HTMLElement;
  readonly spec: Spec;
  readonly config: Spec;
  readonly rows: readonly Tuple[] | undefined;
  readonly size: readonly [number | undefined, number | undefined];
  /** Where a tuple is along an axis. */
  readonly along?: { readonly x: (tuple: Tuple) => unknown; readonly y: (tuple: Tuple) => unknown };
  /** Writes values of an axis. */
  readonly written?: ((axis: string, value: unknown) => string) | undefined;
  readonly onclick: (item: Item | null | undefined) => void;
  readonly ontip: (event: MouseEvent | null, value: unknown) => void;
  readonly onerror: (error: unknown) => void;
}

const writers = new WeakMap<object, (axis: string, value: unknown) => string>();
let prepared = false;

/** What the runtime needs once. */
function prepare(): void {
  if (prepared) return;
  prepared = true;
  expressionFunction("written", function (this: { context: { dataflow: object } }, axis: string, value: unknown) {
    return writers.get(this.context.dataflow)?.(axis, value) ?? String(value);
  });
  // The runtime's own readers make code of the names of columns.
  const reader = (delimiter: string) => Object.assign((text: unknown) => readLines(String(text), delimiter), { responseType: "text" });
  formats("csv", reader(","));
  formats("tsv", reader("\t"));
  formats("dsv", ((text: unknown, format: { delimiter?: string }) => readLines(String(text), format.delimiter ?? ",")));
}

/** Rows of a text with a head. */
export function readLines(text: string, delimiter: string): Record<string, string>[] {
  const lines: string[][] = [[]];
  let cell = "";
  let quoted = false;
  for (let at = 0; at <= text.length; at++) {
    const letter = text[at];
    if (quoted) {
      if (letter === undefined) break;
      if (letter !== '"') cell += letter;
      else if (text[at + 1] === '"') {
        cell += '"';
        at++;
      } else quoted = false;
    } else if (letter === '"' && cell === "") quoted = true;
    else if (letter === undefined || letter === delimiter || letter === "\n") {
      lines.at(-1)?.push(letter === "\n" ? cell.replace(/\r$/, "") : cell);
      cell = "";
      if (letter === "\n") lines.push([]);
    } else cell += letter;
  }
  const [head = [], ...rows] = lines.filter((line) => line.length > 1 || (line[0] ?? "") !== "");
  return rows.map((row) => Object.fromEntries(head.map((name, at) => [name, row[at] ?? ""])));
}

/** Draw a chart. @throws BadChart */
export async function draw({ element, spec, config, rows, size, along, written, onclick, ontip, onerror }: Wanted): Promise<Drawing> {
  prepare();
  let view: View;
  try {
    const runtime = parse(spec, { ...config, events: EVENTS } as never, { ast: true });
    view = new View(runtime, { expr: expressionInterpreter, renderer: "canvas", loader: loader as never, locale: localeOf(), logger: quiet(onerror) } as never);
  } catch (error) {
    throw new BadChart(error instanceof Error ? error.message : String(error));
  }
  if (written !== undefined) writers.set(view, written);
  const [width, height] = size;
  if (width !== undefined) view.width(width);
  if (height !== undefined) view.height(height);
  view.tooltip((_handler: unknown, event: MouseEvent | null, _item: unknown, value: unknown) => {
    ontip(event, value);
  });
  view.addEventListener("click", (_event, item) => {
    onclick(item);
  });
  if (rows !== undefined) view.insert("rows", rows);
  view.initialize(element);
  try {
    await view.runAsync();
  } catch (error) {
    view.finalize();
    throw new BadChart(error instanceof Error ? error.message : String(error));
  }
  const again = (): void => {
    view.runAsync().catch(onerror);
  };
  return {
    change({ remove, insert, modify }) {
      const set = changeset().remove(remove).insert(insert);
      for (const [tuple, name, value] of modify) set.modify(tuple, name, value);
      view.change("rows", set);
      again();
    },
    resize(wide, high) {
      if (wide !== undefined) view.width(wide);
      if (high !== undefined) view.height(high);
      again();
    },
    place(tuple) {
      if (along === undefined) return undefined;
      const [origin = 0, top = 0] = view.origin();
      const of = (axis: "x" | "y"): number => {
        const scale = view.scale(axis) as ((value: unknown) => number) & { bandwidth?: () => number };
        return Number(scale(along[axis](tuple))) + (scale.bandwidth?.() ?? 0) / 2;
      };
      const [x, y] = [of("x"), of("y")];
      return Number.isFinite(x) && Number.isFinite(y) ? { x: x + origin, y: y + top } : undefined;
    },
      origin: () => view.origin(),
    zoom(factor) {
      for (const axis of ["x", "y"]) {
        const name = `${axis}shown`;
        if (!Object.hasOwn((view.getState({ signals: (one) => one === name, data: () => false }).signals ?? {}) as object, name)) continue;
        const [from = 0, to = 0] = (view.scale(axis) as { domain: () => readonly number[] }).domain().map(Number);
        const half = ((to - from) / 2) * factor;
        view.signal(name, factor === 0 ? null : [(from + to) / 2 - half, (from + to) / 2 + half]);
      }
      again();
    },
    set(signals) {
      for (const [name, value] of Object.entries(signals)) view.signal(name, value);
      again();
    },
    marks: () => count(view.scenegraph() as unknown as { root: Scene }),
    stop() {
      view.finalize();
      element.replaceChildren();
    },
  };
}

interface Scene {
  readonly role?: string;
  readonly items?: readonly Scene[];
}

function count({ root }: { root: Scene }): number {
  const of = (scene: Scene): number => (scene.items ?? []).reduce((sum, one) => sum + of(one), scene.role === "mark" ? (scene.items?.length ?? 0) : 0);
  return of(root);
}

/** Warnings of the runtime are for who writes it; errors, and what a chart may not load, are shown. */
function quiet(onerror: (error: unknown) => void): unknown {
  const logger = {
    level: () => logger,
    error: (...all: unknown[]) => {
      onerror(all.map((one) => (one instanceof Error ? one.message : String(one))).join(" "));
      return logger;
    },
    warn: (...all: unknown[]) => {
      const refused = all.find((one) => one instanceof BadChart);
      if (refused !== undefined) onerror(refused);
      return logger;
    },
    info: () => logger,
    debug: () => logger,
  };
  return logger;
}

/** How numbers and times are written on axes, in the reader's language. */
function localeOf(): unknown {
  const language = locale();
  const parts = new Intl.NumberFormat(language, { useGrouping: true }).formatToParts(1_234_567.8);
  const part = (type: string, otherwise: string): string => parts.find((one) => one.type === type)?.value ?? otherwise;
  const names = (count: number, make: (at: number) => Date, options: Intl.DateTimeFormatOptions): string[] => {
    const format = new Intl.DateTimeFormat(language, { ...options, timeZone: "UTC", numberingSystem: "latn", calendar: "gregory" });
    return Array.from({ length: count }, (_one, at) => format.format(make(at)));
  };
  const weekday = (at: number): Date => new Date(Date.UTC(2023, 0, 1 + at));
  const month = (at: number): Date => new Date(Date.UTC(2023, at, 1));
  return {
    number: { decimal: part("decimal", "."), thousands: part("group", ","), grouping: [3], currency: ["$", ""] },
    time: {
      dateTime: "%x, %X",
      date: "%-d.%-m.%Y",
      time: "%H:%M:%S",
      periods: ["AM", "PM"],
      days: names(7, weekday, { weekday: "long" }),
      shortDays: names(7, weekday, { weekday: "short" }),
      months: names(12, month, { month: "long" }),
      shortMonths: names(12, month, { month: "short" }),
    },
  };
}
