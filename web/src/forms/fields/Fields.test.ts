// @vitest-environment jsdom
import { flushSync } from "svelte";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { click, draw, FakeClient, find, findAll, press, type } from "../../testkit";
import App from "../../app/App.svelte";
import type { Json } from "../../page/state";
import { stepped } from "./numbers";

let client: FakeClient;
let leave: (() => void) | undefined;
beforeEach(() => {
  client = new FakeClient();
});
afterEach(() => {
  leave?.();
  leave = undefined;
  vi.useRealTimers();
});

async function show(...items: Json[]): Promise<void> {
  client.page.load({ cards: [["form", { view: "form", box: "1 1 4 4", items: [...items, { button: { name: "go", label: "Go" } }] }]] });
  leave = draw(App, client);
  await vi.waitFor(() => find("[data-test=go]"), { timeout: 10_000 });
}
const submitted = (): Readonly<Record<string, Json>> => client.sent.at(-1)?.args ?? {};
/** Enter a value as the browser's control does. */
function enter(selector: string, value: string): void {
  type(selector, value);
  find(selector).dispatchEvent(new Event("change", { bubbles: true }));
  flushSync();
}
const choices = [{ name: "a", label: "A" }, { name: "b" }, { name: "c", disabled: true }];

test.each<[Json, Json]>([
  [{ toggle: { name: "x" } }, false],
  [{ toggle: { name: "x", value: true } }, true],
  [{ slider: { name: "x" } }, 0],
  [{ slider: { name: "x", min: 5 } }, 5],
  [{ slider: { name: "x", max: 10, value: 50 } }, 10],
  [{ range_slider: { name: "x" } }, [0, 100]],
  [{ range_slider: { name: "x", min: 10, max: 20, min_value: 5, max_value: 15 } }, [10, 15]],
  [{ spinbox: { name: "x" } }, 0],
  [{ spinbox: { name: "x", max: 5, value: 7.5 } }, 5],
  [{ choice_group: { name: "x", choices } }, null],
  [{ choice_group: { name: "x", choices, value: "b" } }, "b"],
  [{ checklist: { name: "x", choices } }, []],
  [{ checklist: { name: "x", choices, values: ["b", "a", "none"] } }, ["a", "b"]],
  [{ date_picker: { name: "x" } }, null],
  [{ date_picker: { name: "x", value: "2024-3-1" } }, "2024-03-01"],
  [{ combobox: { name: "x" } }, null],
  [{ combobox: { name: "x", value: "Blue", choices: ["Cyan"] } }, "Blue"],
  [{ combobox: { name: "x", values: [] } }, null],
  [{ combobox: { name: "x", values: ["Blue"] } }, ["Blue"]],
  [{ picker: { name: "x", choices } }, null],
  [{ picker: { name: "x", choices, values: ["b"] } }, ["b"]],
  [{ color_picker: { name: "x" } }, null],
  [{ color_picker: { name: "x", value: "$red" } }, "$red"],
  [{ color_picker: { name: "x", inline: true } }, "#000"],
  [{ time_picker: { name: "x" } }, null],
  [{ time_picker: { name: "x", value: "09:30", min: "10:00" } }, "10:00"],
])("%j is submitted as %j at first", async (item, value) => {
  await show(item);
  click("[data-test=go]");
  expect(submitted()).toEqual({ x: value, go: true });
  click("[data-test=go]");
  expect(submitted()).toEqual({ go: true });
});

test.each<[Record<string, Json>, () => void, Json]>([
  [{ toggle: { name: "x" } }, () => { click("[data-test=x]"); }, true],
  [{ slider: { name: "x" } }, () => { enter("[data-test=x]", "42"); }, 42],
  [{ range_slider: { name: "x" } }, () => { enter("input[aria-label='x, to']", "42"); }, [0, 42]],
  [{ spinbox: { name: "x", step: 0.1, value: 0.2 } }, () => press("[data-test=x]", "ArrowUp"), 0.3],
  [{ choice_group: { name: "x", choices } }, () => { click("input[data-test=b]"); }, "b"],
  [{ checklist: { name: "x", choices, values: ["a"] } }, () => { click("input[data-test=b]"); }, ["a", "b"]],
  [{ date_picker: { name: "x" } }, () => { enter("[data-test=x]", "2024-02-29"); }, "2024-02-29"],
  [{ time_picker: { name: "x" } }, () => { enter("[data-test=x]", "14:25"); }, "14:25"],
])("%j submits its new value, at once with a trigger", async (item, act, value) => {
  await show(item);
  act();
  expect(client.sent).toEqual([]);
  click("[data-test=go]");
  expect(submitted()["x"]).toEqual(value);
  leave?.();
  client = new FakeClient();
  const [tag, more] = Object.entries(item)[0] as [string, Record<string, Json>];
  await show({ [tag]: { ...more, trigger: true } });
  act();
  expect(client.sent.at(-1)).toMatchObject({ name: "x", args: { x: value } });
});

test("a value that the app assigns is shown", async () => {
  await show({ slider: { name: "s" } }, { toggle: { name: "t" } }, { spinbox: { name: "n" } }, { checklist: { name: "c", choices } });
  client.ops(["s", ["form", "items", 0, "slider", "value"], 30], ["s", ["form", "items", 1, "toggle", "value"], true], ["s", ["form", "items", 2, "spinbox", "value"], 7], ["s", ["form", "items", 3, "checklist", "values"], ["b"]]);
  expect(find<HTMLInputElement>("[data-test=s]").valueAsNumber).toBe(30);
  expect(find("output").textContent).toBe("30");
  expect(find<HTMLInputElement>("[data-test=t]").checked).toBe(true);
  expect(find<HTMLInputElement>("[data-test=n]").value).toBe("7");
  expect(findAll("[data-test=c] input").map((box) => (box as HTMLInputElement).checked)).toEqual([false, true, false]);
});

describe("a spinbox", () => {
  test("takes no more than it may, and what is no number not at all", async () => {
    await show({ spinbox: { name: "n", min: -5, max: 5, value: 1 } });
    type("[data-test=n]", "-");
    type("[data-test=n]", "-9");
    click("[data-test=go]");
    expect(submitted()["n"]).toBe(-5);
    type("[data-test=n]", "x");
    find("[data-test=n]").dispatchEvent(new FocusEvent("blur"));
    flushSync();
    expect(find<HTMLInputElement>("[data-test=n]").value).toBe("1");
  });

  test("with a trigger submits when typing pauses", async () => {
    await show({ spinbox: { name: "n", trigger: true } });
    vi.useFakeTimers();
    type("[data-test=n]", "4");
    type("[data-test=n]", "42");
    expect(client.sent).toEqual([]);
    vi.advanceTimersByTime(500);
    expect(client.sent.map(({ args }) => args["n"])).toEqual([42]);
  });

  test.each([[0.1 + 0.2, 0.1, 0.3], [2.6, 1, 3], [1e-7, 1e-7, 1e-7], [15, 10, 15]])("%d in steps of %d is %d", (value, step, right) => {
    expect(stepped(value, step)).toBe(right);
  });
});

test("a range ends where its other end is", async () => {
  await show({ range_slider: { name: "x", min_value: 20, max_value: 60 } });
  enter("input[aria-label='x, from']", "80");
  click("[data-test=go]");
  expect(submitted()["x"]).toEqual([60, 60]);
});

test("all or none of a checklist leave what cannot be changed", async () => {
  await show({ checklist: { name: "x", choices, values: ["c"] } });
  const [all, none] = findAll(".field button");
  all?.click();
  click("[data-test=go]");
  expect(submitted()["x"]).toEqual(["a", "b", "c"]);
  none?.click();
  click("[data-test=go]");
  expect(submitted()["x"]).toEqual(["c"]);
});
