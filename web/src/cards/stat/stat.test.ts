// @vitest-environment jsdom
import { flushSync } from "svelte";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { click, draw, FakeClient, find, findAll } from "../../testkit";
import App from "../../app/App.svelte";
import type { Json, Op } from "../../page/state";

let client: FakeClient;
let leave: (() => void) | undefined;
beforeEach(() => {
  document.documentElement.lang = "en";
  client = new FakeClient();
});
afterEach(() => {
  leave?.();
  leave = undefined;
});

async function show(card: Json, wanted: string): Promise<void> {
  client.page.load({ cards: [["a", { box: "1 1 2 2", ...(card as object) }]] });
  leave = draw(App, client);
  await vi.waitFor(() => find(wanted), { timeout: 10_000 });
}
function apply(...ops: Op[]): void {
  client.page.apply(ops);
  flushSync();
}
const series = {
  view: "small_series_stat",
  title: "Answers",
  value: "=last",
  data: { last: 3 },
  plot_value: "y",
  plot_data: { "~b": "cyclic", f: ["x", "y"], r: [[1, ["a", 1]], [2, ["b", 2]], [3, ["c", 3]]] },
};
const label = (): string | null => find("svg[role=img]").getAttribute("aria-label");

test("a row that arrives moves the chart along; it is not made anew", async () => {
  await show(series, "path.line");
  const path = find("path.line");
  expect(path.getAttribute("d")).toBe("M0,100L50,51.5L100,3");
  expect(label()).toBe("Answers: 3 values, from 1 to 3; the last is 3");
  apply(["x", ["a", "plot_data"], 0, 1], ["i", ["a", "plot_data"], 2, [[4, ["d", 1]]]], ["s", ["a", "data", "last"], 1]);
  expect(find("path.line")).toBe(path);
  expect(path.getAttribute("d")).toBe("M0,51.5L50,3L100,100");
  expect(label()).toBe("Answers: 3 values, from 1 to 3; the last is 1");
  expect(find(".value").textContent).toBe("1");
});

test("a cell that changes is drawn, also that of a row that came later", async () => {
  await show(series, "path.line");
  apply(["i", ["a", "plot_data"], 3, [[4, ["d", 3]]]]);
  apply(["s", ["a", "plot_data", 4, "y"], 5]);
  expect(label()).toContain("from 1 to 5; the last is 5");
});

test("a bar keeps its element while it moves", async () => {
  await show({ ...series, plot_type: "interval", plot_category: "x", plot_zero_value: 0 }, "rect");
  const [, second] = findAll("rect");
  apply(["x", ["a", "plot_data"], 0, 1]);
  expect(findAll("rect")).toHaveLength(2);
  expect(findAll("rect")[0]).toBe(second);
});

test("a chart without values says so", async () => {
  await show({ ...series, plot_data: [] }, "svg[role=img]");
  expect(label()).toBe("Answers: No values yet");
});

test.each([
  [0.725, "72.5"],
  [7, "100"],
  [-1, "0"],
])("a gauge of %d is full to %s percent", async (progress, full) => {
  await show({ view: "tall_gauge_stat", title: "Goal", value: "1", aux_value: "2", progress }, "[role=meter]");
  expect(find("[role=meter]").getAttribute("aria-valuenow")).toBe(full);
  expect(find("[role=meter]").getAttribute("aria-label")).toBe("Goal");
});

test.each([
  ["list", { view: "stat_list", title: "T", items: [{ label: "A", name: "a" }, { label: "B" }, { label: "C", name: "#c" }] }],
  ["table", { view: "stat_table", title: "T", columns: ["x"], items: [{ label: "A", values: ["1"], name: "a" }, { label: "B", values: [] }, { label: "C", values: [], name: "#c" }] }],
])("a named entry of a %s submits itself, under the name of the card if it has one", async (_kind, card) => {
  await show(card, "button[data-test=a]");
  expect(findAll("[data-test=a] button")).toHaveLength(2);
  click("button[data-test=a]");
  expect(client.sent.at(-1)?.args).toEqual({ a: true });
  apply(["s", ["a", "name"], "chosen"]);
  click("button[data-test=a]");
  expect(client.sent.at(-1)?.args).toEqual({ chosen: "a" });
  click("[data-test='#c']");
  expect(client.hash).toBe("#c");
});

test("shares of a pie are drawn in proportion; a small one is written in the legend", async () => {
  const pie = (label: string, fraction: number): Json => ({ label, value: `${fraction}!`, fraction, color: "$red" });
  await show({ view: "wide_pie_stat", title: "T", pies: [pie("A", 6), pie("B", 0.5), pie("C", -1), pie("D", 1.5)] }, "circle");
  expect(findAll("circle").map((circle) => circle.getAttribute("stroke-dasharray"))).toEqual(["75.3 100", "6.55 100", "0.3 100", "19.05 100"]);
  expect(findAll("svg text").map((text) => text.textContent)).toEqual(["6!", "1.5!"]);
  expect(findAll("li .small").map((text) => text.textContent)).toEqual(["0.5!", "-1!"]);
});
