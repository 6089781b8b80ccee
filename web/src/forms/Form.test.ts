// @vitest-environment jsdom
import { flushSync } from "svelte";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { click, draw, FakeClient, find, findAll, press, type } from "../testkit";
import App from "../app/App.svelte";
import type { Json } from "../page/state";
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

test("buttons with # and commands of buttons are False in the first submission, as in Wave", async () => {
  const commands = [{ name: "copy" }, { name: "more", items: [{ name: "inner", value: "v" }] }, { name: "away", path: "https://example.com" }];
  await show({ button: { name: "#part" } }, { button: { name: "split", commands } }, button);
  click("[data-test=go]");
  expect(submitted()).toEqual({ "#part": false, split: false, copy: false, more: false, inner: false, away: false, go: true });
  click("[data-test=go]");
  expect(submitted()).toEqual({ go: true });
});

test("a bar without a caption asks for patience, a spinner does not", async () => {
  await show({ progress: { label: "p", name: "bar" } }, { progress: { label: "p", name: "own", caption: "Soon." } }, { progress: { label: "p", name: "none", caption: "" } }, { progress: { label: "p", name: "ring", type: "spinner" } });
  const said = ["bar", "own", "none", "ring"].map((name) => find(`[data-test=${name}]`).querySelector(".caption")?.textContent);
  expect(said).toEqual(["Please wait...", "Soon.", undefined, undefined]);
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

const withHelp = (name: string, more: Record<string, Json>): Json => ({ [name]: { tooltip: "A word of help", ...more } });
test.each([
  ["textbox", { name: "x", label: "X" }, "[data-test=x]"],
  ["dropdown", { name: "x", label: "X", choices: [{ name: "a" }] }, "select"],
  ["dropdown", { name: "x", label: "X", values: [], choices: [{ name: "a" }] }, "summary"],
  ["dropdown", { name: "x", label: "X", popup: "always", choices: [{ name: "a" }] }, "button[data-test=x]"],
  ["checkbox", { name: "x", label: "X" }, "input"],
  ["link", { label: "X", path: "/x" }, "a.link"],
  ["progress", { label: "X" }, "[role=progressbar]"],
  ["text", { content: "X" }, ".words"],
  ["text_xl", { content: "X" }, ".words"],
  ["text_l", { content: "X" }, ".words"],
  ["text_m", { content: "X" }, ".words"],
  ["text_s", { content: "X" }, ".words"],
  ["text_xs", { content: "X" }, ".words"],
])("the tooltip of %s stands at an icon that keys and fingers reach", async (name, more, control) => {
  await show(withHelp(name, more));
  const icon = find<HTMLButtonElement>("button[aria-label=Help]");
  const tip = find("[role=tooltip]");
  expect(tip.textContent).toBe("A word of help");
  expect(icon.getAttribute("aria-describedby")).toBe(tip.id);
  expect(find(control).getAttribute("aria-describedby")?.split(" ")).toContain(tip.id);
  expect(find(".item").querySelector("[title]")).toBeNull();
});

describe("a dropdown that opens a dialog", () => {
  const many = Array.from({ length: 101 }, (_, n) => ({ name: `c${n}`, label: `City ${n}` }));
  const opens = (): boolean => document.querySelector("[aria-haspopup=dialog]") !== null;

  test.each([
    ["always", 2, true],
    ["never", 101, false],
    ["auto", 100, false],
    ["auto", 101, true],
    [undefined, 101, true],
  ])("popup %s with %d choices: %s", async (popup, count, dialog) => {
    await show({ dropdown: { name: "city", choices: many.slice(0, count), ...(popup === undefined ? {} : { popup }) } });
    expect(opens()).toBe(dialog);
  });

  test("is searched, and one is chosen", async () => {
    await show({ dropdown: { name: "city", label: "City", choices: many } }, button);
    click("[data-test=city]");
    await vi.waitFor(() => find("dialog input[type=search]"), { timeout: 10_000 });
    expect(findAll("dialog .choice")).toHaveLength(101);
    type("dialog input[type=search]", "city 42");
    expect(findAll("dialog .choice").map((one) => one.textContent.trim())).toEqual(["City 42"]);
    click("dialog .choice input");
    flushSync();
    expect(find("[data-test=city]").textContent.trim()).toBe("City 42");
    expect(document.querySelector("dialog")).toBeNull();
    click("[data-test=go]");
    expect(submitted()).toEqual({ city: "c42", go: true });
  });

  test("takes several", async () => {
    await show({ dropdown: { name: "city", values: ["c1"], choices: many } }, button);
    click("[data-test=city]");
    await vi.waitFor(() => find("dialog input[type=search]"), { timeout: 10_000 });
    type("dialog input[type=search]", "city 10");
    for (const box of findAll("dialog .choice input")) box.click();
    click("[data-test=go]");
    expect(submitted()).toEqual({ city: ["c1", "c10", "c100"], go: true });
  });
});

describe("Enter in a question", () => {
  const ask = (...items: Json[]): void => {
    const parts = [{ type: "card", items }];
    const data = { "~b": "list", f: ["content", "from_user", "parts"], r: [[0, ["", false, parts]]] } as unknown as Json;
    client.page.load({ cards: [["chat", { view: "chatbot", box: "1 1 -1 -1", name: "cb", data }]] });
    leave = draw(App, client);
  };
  const ready = (): Promise<unknown> => vi.waitFor(() => find("[data-part=card] [data-test=where]"), { timeout: 10_000 });
  const where: Json = { textbox: { name: "where", label: "Where to?" } };
  const send: Json = { button: { name: "submit", label: "Send", primary: true } };

  test("sends from the only text box, and not while a letter is composed", async () => {
    ask(where, send);
    await ready();
    type("[data-test=where]", "Rome");
    press("[data-test=where]", "Enter", { isComposing: true });
    press("[data-test=where]", "Enter", { shiftKey: true });
    expect(client.sent).toEqual([]);
    press("[data-test=where]", "Enter");
    expect(client.sent.at(-1)).toMatchObject({ name: "submit", args: { where: "Rome", submit: true } });
  });

  test("sends from the last of several only", async () => {
    ask({ textbox: { name: "who" } }, where, send);
    await ready();
    press("[data-test=who]", "Enter");
    expect(client.sent).toEqual([]);
    press("[data-test=where]", "Enter");
    expect(client.sent).toHaveLength(1);
  });

  test("breaks the line in a large box, and presses none of several equal buttons", async () => {
    ask(where, { buttons: { items: [{ button: { name: "yes", label: "Yes" } }, { button: { name: "no", label: "No" } }] } });
    await ready();
    press("[data-test=where]", "Enter");
    expect(client.sent).toEqual([]);
    leave?.();
    ask({ textbox: { name: "where", multiline: true } }, send);
    await ready();
    expect(press("[data-test=where]", "Enter")).toBe(true);
    expect(client.sent).toEqual([]);
  });
});
