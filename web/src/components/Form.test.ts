// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { click, draw, FakeClient, find, findAll, type } from "../testkit";
import App from "../App.svelte";
import type { Json } from "../state/page";
import { fitMask } from "./mask";

let client: FakeClient;
let leave: (() => void) | undefined;

async function show(...items: Json[]): Promise<void> {
  client.page.load({ cards: [["form", { view: "form", box: "1 1 4 4", title: "A form", items }]] });
  leave = draw(App, client);
  await vi.waitFor(() => find(".items"), { timeout: 10_000 });
}
const submitted = (): Readonly<Record<string, Json>> => client.sent.at(-1)?.args ?? {};
const button: Json = { button: { name: "go", label: "Go" } };

beforeEach(() => {
  client = new FakeClient();
});
afterEach(() => {
  leave?.();
  leave = undefined;
});

test("the first submission carries every default, the next only what changed", async () => {
  await show(
    { textbox: { name: "text" } },
    { textbox: { name: "hidden", value: "kept", visible: false } },
    { textbox: { name: "count", value: "3", type: "number" } },
    { checkbox: { name: "tick" } },
    { checkbox: { name: "open", indeterminate: true } },
    { dropdown: { name: "one", choices: [{ name: "a" }] } },
    { dropdown: { name: "many", values: [], choices: [{ name: "a" }, { name: "b" }] } },
    { inline: { items: [{ textbox: { name: "inner", value: "in" } }, { button: { name: "other" } }] } },
    { buttons: { items: [button] } },
  );
  click("[data-test=go]");
  expect(client.sent[0]?.name).toBe("go");
  expect(submitted()).toEqual({
    text: "",
    hidden: "kept",
    count: "3",
    tick: false,
    open: false,
    one: null,
    many: [],
    inner: "in",
    other: false,
    go: true,
  });
  type("[data-test=text]", "new");
  click("[data-test=go]");
  expect(submitted()).toEqual({ text: "new", go: true });
});

test("a value that the app assigns is shown and submitted", async () => {
  await show({ textbox: { name: "text", value: "a" } }, { checkbox: { name: "tick", value: false } }, button);
  click("[data-test=go]");
  client.ops(["s", ["form", "items", 0, "textbox", "value"], "b"], ["s", ["form", "items", 1, "checkbox", "value"], true]);
  expect(find<HTMLInputElement>("[data-test=text]").value).toBe("b");
  expect(find<HTMLInputElement>("[data-test=tick]").checked).toBe(true);
  click("[data-test=go]");
  expect(submitted()).toEqual({ text: "b", tick: true, go: true });
});

test("what is typed stays when other properties and components change", async () => {
  await show({ textbox: { name: "text" } }, button);
  type("[data-test=text]", "typed");
  client.ops(["s", ["form", "items", 0, "textbox", "label"], "Label"], ["i", ["form", "items"], 0, [{ text: { content: "Hi" } }]]);
  expect(find<HTMLInputElement>("[data-test=text]").value).toBe("typed");
});

test("a form that is put on the page again is a new one", async () => {
  await show({ textbox: { name: "text" } }, button);
  type("[data-test=text]", "typed");
  click("[data-test=go]");
  client.ops(["s", ["form"], { view: "form", box: "1 1 4 4", items: [{ textbox: { name: "text" } }, button] }]);
  expect(find<HTMLInputElement>("[data-test=text]").value).toBe("");
  click("[data-test=go]");
  expect(submitted()).toEqual({ text: "", go: true });
});

test("dropdowns submit a name or a list in the order of the choices", async () => {
  const choices = [{ name: "a", label: "A" }, { name: "b", label: "B" }];
  await show({ dropdown: { name: "one", value: "a", choices, trigger: true } }, { dropdown: { name: "many", values: ["b"], choices } }, button);
  const select = find<HTMLSelectElement>("select[data-test=one]");
  select.value = "b";
  select.dispatchEvent(new Event("change", { bubbles: true }));
  expect(client.sent[0]).toMatchObject({ name: "one", args: { one: "b" } });
  findAll("details input")[0]?.click();
  click("[data-test=go]");
  expect(submitted()["many"]).toEqual(["a", "b"]);
});

test("buttons submit their value, one with # sets the hash, a path opens it", async () => {
  await show(
    { button: { name: "go", value: "v" } },
    { button: { name: "#part", label: "Part" } },
    { button: { name: "away", label: "Away", path: "https://example.com" } },
    { button: { name: "bad", label: "Bad", path: "java\tscript:alert(1)" } },
  );
  click("[data-test=go]");
  expect(submitted()["go"]).toBe("v");
  click("[data-test='#part']");
  expect(client.hash).toBe("#part");
  expect(client.sent).toHaveLength(1);
  expect(find("[data-test=away]").getAttribute("rel")).toBe("noopener noreferrer");
  expect(find("[data-test=bad]").tagName).toBe("BUTTON");
});

test("links submit ?name and set #hash", async () => {
  await show({ link: { label: "A", path: "?more", name: "a" } }, { link: { label: "B", path: "#there", name: "b" } });
  click("[data-test=a]");
  expect(client.sent[0]).toMatchObject({ name: "more", args: { more: true } });
  click("[data-test=b]");
  expect(client.hash).toBe("#there");
});

describe("text to copy", () => {
  const copy = (): HTMLButtonElement => find("button.copy");
  const status = (): string | null => find(".box + [role=status]").textContent;
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  test("goes into the clipboard, which is said and shown for a moment, and is not submitted", async () => {
    const writeText = vi.fn(() => Promise.resolve());
    vi.stubGlobal("navigator", { clipboard: { writeText }, languages: ["en"] });
    await show({ copyable_text: { value: "a-1", label: "Key", name: "key" } }, button);
    expect(find<HTMLInputElement>("input[data-test=key]")).toMatchObject({ value: "a-1", readOnly: true });
    expect(find("label").getAttribute("for")).toBe(find("input").id);
    expect([copy().getAttribute("aria-label"), status()]).toEqual(["Copy: Key", ""]);
    client.ops(["s", ["form", "items", 0, "copyable_text", "value"], "b-2"]);
    vi.useFakeTimers();
    click("button.copy");
    await vi.advanceTimersByTimeAsync(0);
    expect(writeText.mock.calls).toEqual([["b-2"]]);
    expect([copy().getAttribute("aria-label"), status()]).toEqual(["Copied", "Copied"]);
    await vi.advanceTimersByTimeAsync(2000);
    expect([copy().getAttribute("aria-label"), status()]).toEqual(["Copy: Key", ""]);
    click("[data-test=go]");
    expect(submitted()).toEqual({ go: true });
  });

  test("is copied from its box where there is no clipboard, or left selected in it", async () => {
    vi.stubGlobal("navigator", { languages: ["en"] });
    await show({ copyable_text: { value: "one\ntwo", label: "", multiline: true, height: "90px" } });
    const box = find<HTMLTextAreaElement>("textarea");
    expect(box.style.height).toBe("90px");
    let allowed = true;
    document.execCommand = () => allowed && document.activeElement === box && box.selectionEnd === 7;
    copy().focus();
    click("button.copy");
    await vi.waitFor(() => expect(status()).toBe("Copied"));
    expect(document.activeElement).toBe(copy());
    allowed = false;
    click("button.copy");
    await vi.waitFor(() => expect(document.activeElement).toBe(box));
    expect([box.selectionStart, box.selectionEnd]).toEqual([0, 7]);
  });
});

test("a component that is unknown says so and leaves the others alone", async () => {
  await show({ hologram: { name: "h" } }, { text_xl: { content: "Title" } });
  expect(document.body.textContent).toContain("hologram");
  expect(find("[role=heading]").textContent).toBe("Title");
});

test.each([
  ["(999) 999", "12345", "(123) 45"],
  ["99/99", "1x2/3", "12/3"],
  ["a9*", "1b2c", "b2c"],
  ["+1 99", "+1 23", "+1 23"],
  ["99", "", ""],
])("mask %s of %s is %s", (mask, typed, fitted) => {
  expect(fitMask(mask, typed)).toBe(fitted);
});
