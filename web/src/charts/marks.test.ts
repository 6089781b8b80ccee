import { describe, expect, test } from "vitest";
import { parse, View } from "vega";
import { expressionInterpreter } from "vega-interpreter";
import type { Plot } from "../page/cards.gen";
import type { Json } from "../transport/json";
import { readLines } from "./draw";
import { BadChart, guarded, loader, readSpec } from "./guard";
import { compile } from "./marks";
import { planOf, type Spec } from "./plan";
import { sourceOf, Tuples } from "./rows";
import { readBuffer } from "../page/buffer";
import type { Ink } from "./theme";

const INK: Ink = {
  text: "#000000",
  muted: "#666666",
  line: "#dddddd",
  surface: "#ffffff",
  accent: "#2f6fb7",
  palette: ["#2f6fb7", "#d9672b"],
  ramp: ["#ffffff", "#2f6fb7"],
  font: "sans-serif",
  paint: (color) => color,
};

interface Scene {
  readonly role?: string;
  readonly marktype?: string;
  readonly name?: string;
  readonly items?: readonly Scene[];
}

/** Draw a plot without a screen; return the items of each layer, by their kind. */
async function drawn(marks: Plot["marks"], fields: readonly string[], rows: readonly (readonly Json[])[]): Promise<Record<string, readonly Scene[]>> {
  const plan = planOf({ marks }, fields, rows, INK, false);
  const view = new View(parse(compile(plan, []), {}, { ast: true }), { expr: expressionInterpreter, renderer: "none" } as never);
  view.width(400).height(300).insert("rows", rows.map(plan.make));
  await view.runAsync();
  const found: Record<string, Scene[]> = {};
  const walk = (scene: Scene): void => {
    if (scene.role === "mark" && scene.name !== undefined) (found[scene.marktype ?? ""] ??= []).push(...(scene.items ?? []));
    for (const item of scene.items ?? []) for (const inner of item.items ?? []) walk(inner);
  };
  walk((view.scenegraph() as unknown as { root: Scene }).root);
  return found;
}

const DAYS: readonly (readonly Json[])[] = [
  ["Mon", "a", 3, 1],
  ["Mon", "b", 4, 2],
  ["Tue", "a", 5, 3],
  ["Tue", "b", 6, 4],
];
const FIELDS = ["day", "kind", "n", "low"];

interface Box extends Scene {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

describe("marks of Wave", () => {
  test("bars of one place lie on top of each other, or side by side", async () => {
    const stacked = (await drawn([{ type: "interval", x: "=day", y: "=n", color: "=kind", stack: "auto" }], FIELDS, DAYS))["rect"] as readonly Box[];
    expect(stacked).toHaveLength(4);
    const [one, other] = stacked as [Box, Box];
    expect(one.x).toBe(other.x);
    expect(one.y + one.height).toBeCloseTo(other.y);
    const dodged = (await drawn([{ type: "interval", x: "=day", y: "=n", color: "=kind", dodge: "auto" }], FIELDS, DAYS))["rect"] as readonly Box[];
    const [left, right] = dodged as [Box, Box];
    expect(left.x + left.width).toBeLessThanOrEqual(right.x);
  });

  test("bars lie when their values are along x", async () => {
    const lying = (await drawn([{ type: "interval", x: "=n", y: "=day" }], FIELDS, DAYS.slice(0, 1)))["rect"] as readonly Box[];
    expect(lying[0]?.x).toBe(0);
    expect(lying[0]?.width).toBeGreaterThan(100);
  });

  test.each([
    ["line", [{ type: "line", x: "=day", y: "=n", color: "=kind" }], { line: 4 }],
    ["path", [{ type: "path", x: "=low", y: "=n", curve: "smooth" }], { line: 4 }],
    ["area", [{ type: "area", x: "=low", y0: "=low", y: "=n" }], { area: 4 }],
    ["point", [{ type: "point", x: "=low", y: "=n", shape: "=kind", size: "=n", size_range: "4 30" }], { symbol: 4 }],
    ["polygon", [{ type: "polygon", x: "=day", y: "=kind", color: "=n", color_range: "#fff #000" }], { rect: 4 }],
    ["heatmap", [{ type: "heatmap", x: "=low", y: "=n", color: "=n" }], { symbol: 4 }],
    ["edge", [{ type: "edge", x0: "=low", x: "=n", y0: "=low", y: "=n" }], { rule: 4 }],
    ["schema", [{ type: "schema", x: "=day", y1: "=low", y_q1: "=low", y_q2: "=n", y_q3: "=n", y2: "=n" }], { rect: 4 }],
    ["histogram", [{ type: "interval", x1: "=low", x2: "=n", y: "=n" }], { rect: 4 }],
    ["polar", [{ coord: "polar", type: "interval", x: "=day", y: "=n", stack: "auto" }], { arc: 4 }],
    ["theta", [{ coord: "theta", type: "interval", x: "=day", y: "=n", color: "=kind", stack: "auto" }], { arc: 4 }],
    ["helix", [{ coord: "helix", type: "interval", x: "=day", y: "=n" }], { path: 4 }],
  ] as const)("%s", async (_name, marks, counts) => {
    const found = await drawn(marks, FIELDS, DAYS);
    expect(Object.fromEntries(Object.entries(found).map(([kind, items]) => [kind, items.length]))).toEqual(counts);
  });

  test("a field that there is not draws nothing", async () => {
    expect(await drawn([{ type: "line", x: "=nowhere", y: "=n" }], FIELDS, DAYS)).toEqual({});
  });

  test("values are notes, and their numbers are on the axes", () => {
    const plan = planOf({ marks: [{ type: "point", x: "=low", y: "=n" }, { y: 40, label: "Limit" }] }, FIELDS, DAYS, INK, false);
    expect(plan.layers.map(({ note }) => note)).toEqual([false, true]);
    const scale = (compile(plan, [])["scales"] as Spec[]).find(({ name }) => name === "y");
    expect(scale?.["domain"]).toEqual({ fields: [{ data: "rows", field: "c2" }, [40]] });
  });
});

test("rows that change are told apart from rows that came and went", () => {
  const buffer = readBuffer({ "~b": "cyclic", f: ["a"], r: [[1, [10]], [2, [20]]] });
  let told = 0;
  const tuples = new Tuples(buffer, ([a]) => ({ a }), () => told++);
  const [first, second] = tuples.list;
  buffer.remove(0, 1);
  buffer.insert(1, [[3, [30]]]);
  const row = buffer.row(2);
  row.cells = [21];
  for (const { listeners } of [buffer, row]) listeners.notify();
  expect(told).toBe(2);
  expect(tuples.take()).toEqual({ remove: [first], insert: [{ a: 30 }], modify: [[second, "a", 21]] });
});

describe("specifications", () => {
  test("reach for nothing outside of the chart", async () => {
    await expect(loader.load("https://a.example/x.csv")).rejects.toThrow("a chart loads no data from addresses");
    await expect(loader.sanitize("https://a.example/x.png", { context: "image" })).rejects.toThrow("no pictures");
    await expect(loader.sanitize("javascript:alert(1)", { context: "href" })).rejects.toThrow("leads to the web");
    expect(await loader.sanitize("https://a.example/", { context: "href" })).toEqual({ href: "https://a.example/", target: "_blank", rel: "noopener noreferrer" });
    expect(guarded({ width: 1e9, config: { events: {}, axis: {} }, signals: [{ bind: { input: "range", element: "#prompt" } }] })).toEqual({
      width: 4000,
      config: { axis: {} },
      signals: [{ bind: { input: "range" } }],
    });
    expect(() => guarded({ data: { sequence: { start: 0, stop: 1e9 } } })).toThrow(BadChart);
  });

  test("that are not JSON are refused", () => {
    expect(() => readSpec("{")).toThrow("not JSON");
    expect(() => readSpec("[]")).toThrow("not a JSON object");
  });

  test("may bring rows as text", () => {
    expect(readLines('a,b\r\n1,"x, ""y"""\n2,\n', ",")).toEqual([
      { a: "1", b: 'x, "y"' },
      { a: "2", b: "" },
    ]);
    expect(sourceOf({ fields: ["a"], rows: [[1]] })).toBeDefined();
    expect(sourceOf("rows")).toBeUndefined();
  });
});
