// @vitest-environment jsdom
import { flushSync } from "svelte";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { click, draw, FakeClient, find, findAll, press, type } from "../../testkit";
import App from "../../app/App.svelte";
import type { Json } from "../../page/state";

let client: FakeClient;
let leave: (() => void) | undefined;
beforeEach(() => {
  client = new FakeClient();
});
afterEach(() => {
  leave?.();
  leave = undefined;
});

const columns: Json = [
  { name: "fox", label: "Fox", sortable: true, searchable: true },
  { name: "count", label: "Count", sortable: true, filterable: true },
];
const rows: Json = [
  { name: "r1", cells: ["Quick brown fox.", "2"] },
  { name: "r2", cells: ["Jumps over a dog.", "1"] },
  { name: "r3", cells: ["Wooo hooo.", "3"] },
];
async function show(more: Readonly<Record<string, Json>> = {}): Promise<void> {
  const items: Json = [{ table: { name: "table", columns, rows, ...more } }, { button: { name: "go", label: "Go" } }];
  client.page.load({ cards: [["form", { view: "form", box: "1 1 4 4", items }]] });
  leave = draw(App, client);
  await vi.waitFor(() => find("[data-test=table] tbody tr"), { timeout: 10_000 });
}
const texts = (): readonly string[] => findAll("tr.row td:not(.check):first-of-type, tr.row .check + td").map((cell) => cell.textContent.trim());
const head = (label: string): HTMLElement => {
  const found = findAll("th button.sort").find((button) => button.textContent.trim() === label);
  if (!found) throw new Error(label);
  return found;
};
const submitted = (): Readonly<Record<string, Json>> => client.sent.at(-1)?.args ?? {};
const event = (): unknown => client.sent.at(-1)?.event;

describe("what is submitted", () => {
  test.each<[Readonly<Record<string, Json>>, Json]>([
    [{}, []],
    [{ values: ["r1", "r3"], multiple: true }, ["r1", "r3"]],
    [{ value: "r2", single: true }, ["r2"]],
  ])("at first with %o", async (more, first) => {
    await show(more);
    click("[data-test=go]");
    expect(submitted()["table"]).toEqual(first);
    click("[data-test=go]");
    expect(submitted()).toEqual({ go: true });
  });

  test.each([{}, { single: true }, { multiple: true }])("the row of a link, with %o", async (more) => {
    await show(more);
    findAll("tr.row button.link")[1]?.click();
    expect(client.sent[0]).toMatchObject({ name: "table", args: { table: ["r2"] } });
  });

  test("the row of a double click and of Enter, where none is selected", async () => {
    await show();
    find("tr.row").dispatchEvent(new MouseEvent("dblclick", { bubbles: true }));
    expect(submitted()["table"]).toEqual(["r1"]);
    press("tr.row", "ArrowDown");
    await vi.waitFor(() => {
      expect(document.activeElement).toBe(findAll("tr.row")[1]);
    });
    press("tr.row:nth-child(2)", "Enter");
    expect(submitted()["table"]).toEqual(["r2"]);
    leave?.();
    client = new FakeClient();
    await show({ multiple: true });
    find("tr.row").dispatchEvent(new MouseEvent("dblclick", { bubbles: true }));
    expect(client.sent).toEqual([]);
  });

  test("no link in the first column that says so, and in the column that has one", async () => {
    await show({ columns: [{ name: "fox", label: "Fox", link: false }, { name: "count", label: "Count" }] });
    expect(findAll("button.link")).toHaveLength(0);
    client.ops(["s", ["form", "items", 0, "table", "columns"], [{ name: "fox", label: "Fox" }, { name: "count", label: "Count", link: true }]]);
    expect(findAll("button.link").map((link) => link.textContent)).toEqual(["2", "1", "3"]);
  });

  test("the selected rows in their order, by boxes, clicks, and one of them only with single", async () => {
    await show({ multiple: true, events: ["select"] });
    const boxes = findAll("tr.row input");
    boxes[2]?.click();
    boxes[0]?.click();
    expect(event()).toEqual(["table", "select", ["r1", "r3"]]);
    click("th input");
    expect(event()).toEqual(["table", "select", ["r1", "r2", "r3"]]);
    find("tr.row:nth-child(2) td:last-child").click();
    expect(event()).toEqual(["table", "select", ["r2"]]);
    click("[data-test=go]");
    expect(submitted()).toEqual({ go: true });
    client.ops(["s", ["form", "items", 0, "table", "values"], ["r3"]]);
    click("[data-test=go]");
    expect(submitted()["table"]).toEqual(["r3"]);
    leave?.();
    client = new FakeClient();
    await show({ single: true });
    findAll("tr.row input")[0]?.click();
    findAll("tr.row input")[1]?.click();
    click("[data-test=go]");
    expect(submitted()["table"]).toEqual(["r2"]);
  });
});

test("sorts, searches and filters by itself, and takes all of it back", async () => {
  await show({ resettable: true });
  head("Count").click();
  flushSync();
  expect(texts()).toEqual(["Jumps over a dog.", "Quick brown fox.", "Wooo hooo."]);
  head("Count").click();
  flushSync();
  expect(texts()[0]).toBe("Wooo hooo.");
  expect(find("th:last-child").getAttribute("aria-sort")).toBe("descending");
  type("[data-test=search]", "OO");
  expect(texts()).toEqual(["Wooo hooo."]);
  expect(find(".foot").textContent).toContain("1 of 3");
  findAll(".foot button")[0]?.click();
  flushSync();
  expect(texts()).toHaveLength(3);
  expect(client.sent).toEqual([]);
});

describe("with pagination the app", () => {
  const pagination = { total_rows: 10, rows_per_page: 3 };
  const events = ["sort", "search", "page_change", "download", "reset"];

  test("hears what the user asks for", async () => {
    await show({ pagination, events, downloadable: true, resettable: true, groupable: true });
    vi.useFakeTimers();
    head("Fox").click();
    expect(event()).toEqual(["table", "sort", { fox: true }]);
    head("Fox").click();
    expect(event()).toEqual(["table", "sort", { fox: false }]);
    type("[data-test=search]", "dog");
    expect(event()).toEqual(["table", "sort", { fox: false }]);
    vi.advanceTimersByTime(500);
    vi.useRealTimers();
    expect(event()).toEqual(["table", "search", { value: "dog", cols: ["fox"] }]);
    expect(texts()).toHaveLength(3);
    click("[aria-label='Next page']");
    expect(event()).toEqual(["table", "page_change", { offset: 3 }]);
    click("[aria-label='Last page']");
    expect(event()).toEqual(["table", "page_change", { offset: 9 }]);
    expect(find(".pages").textContent).toContain("10 to 10 of 10");
    const [download, reset] = findAll(".foot > button");
    download?.click();
    expect(event()).toEqual(["table", "download", true]);
    reset?.click();
    flushSync();
    expect(event()).toEqual(["table", "reset", true]);
    expect(find(".pages").textContent).toContain("Page 1 of 4");
    const group = find<HTMLSelectElement>("[data-test=groupby]");
    group.value = "count";
    group.dispatchEvent(new Event("change", { bubbles: true }));
    expect(event()).toEqual(["table", "group_by", "count"]);
  });

  test("does not hear of what it did not ask for", async () => {
    await show({ pagination });
    head("Fox").click();
    flushSync();
    expect(texts()[0]).toBe("Jumps over a dog.");
    click("[aria-label='Next page']");
    expect(client.sent).toEqual([]);
  });
});

test("groups are folded at first, and unfolding one is an event", async () => {
  const group = (label: string, collapsed?: boolean): Json => ({ label, rows: [{ name: label, cells: [`In ${label}`, "1"] }], ...(collapsed === undefined ? {} : { collapsed }) });
  await show({ rows: [], groups: [group("Bob"), group("John", false), { label: "Jane", rows: [] }], events: ["group_change"] });
  const lines = (): readonly string[] => findAll("tbody tr").map((line) => line.textContent.replace(/\s+/g, " ").trim());
  expect(lines()).toEqual(["Bob (1)", "John (1)", "In John1", "Jane (0)"]);
  click("tr.group button");
  expect(event()).toEqual(["table", "group_change", ["Bob"]]);
  expect(texts()).toEqual(["In Bob", "In John"]);
  click("th [aria-label='Collapse all']");
  expect(event()).toEqual(["table", "group_change", ["Bob", "John"]]);
  expect(texts()).toEqual([]);
  click("th [aria-label='Expand all']");
  expect(event()).toEqual(["table", "group_change", ["Bob", "John", "Jane"]]);
});

test("cells are drawn as their column says", async () => {
  await show({
    columns: [
      { name: "t", label: "T", link: false, data_type: "time" },
      { name: "p", label: "P", cell_type: { progress: {} } },
      { name: "i", label: "I", cell_type: { icon: { name: "icon" } } },
      { name: "g", label: "G", cell_type: { tag: { name: "tags", tags: [{ label: "A", color: "$red" }, { label: "B", color: "blue", label_color: "white" }] } } },
      { name: "m", label: "M", cell_type: { markdown: { name: "md" } } },
      { name: "c", label: "C", cell_type: { menu: { commands: [{ name: "delete", label: "Delete" }] } } },
    ],
    rows: [{ name: "r1", cells: ["1655941828434", "0.1234", "Mail", "A,B", "**bold**", ""] }],
  });
  expect(find("tr.row td").textContent).toMatch(/2022/);
  expect(find(".progress").textContent.trim()).toBe("12.34%");
  expect(find("[data-test=icon]").getAttribute("aria-label")).toBe("Mail");
  expect(find("[data-test=tags]").children).toHaveLength(2);
  await vi.waitFor(() => find("[data-test=md] strong"));
  findAll("[role=menuitem]").find((one) => one.textContent.includes("Delete"))?.click();
  expect(client.sent.at(-1)).toMatchObject({ name: "delete", args: { delete: "r1" } });
});
