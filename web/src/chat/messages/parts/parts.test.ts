// @vitest-environment jsdom
import { flushSync } from "svelte";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { click, draw, FakeClient, find, findAll } from "../../../testkit";
import App from "../../../app/App.svelte";
import type { Json, JsonObject } from "../../../page/state";
import { duration, moment, size } from "../../../i18n/format";
import { brief, pretty } from "../tool-values";

const FIELDS = ["content", "from_user", "id", "author", "avatar", "time", "status", "parts", "error", "error_code", "error_id"];
const row = (fields: JsonObject): readonly Json[] => FIELDS.map((name) => fields[name] ?? (name === "content" ? "" : null));

let client: FakeClient;
let leave: () => void;

async function show(messages: readonly JsonObject[], card: JsonObject = {}): Promise<void> {
  const data = { "~b": "list", f: FIELDS, r: messages.map((fields, id): Json => [id, row(fields)]) };
  client.page.load({ cards: [["chat", { view: "chatbot", box: "1 1 -1 -1", name: "cb", data, ...card }]] });
  leave = draw(App, client);
  await settled();
}
/** What is loaded when it is first needed has arrived. */
async function settled(): Promise<void> {
  await vi.dynamicImportSettled();
  flushSync();
  await vi.dynamicImportSettled();
  flushSync();
}
const message = (at = 0): HTMLElement => findAll("[data-message]")[at] as HTMLElement;
const part = (kind: string): HTMLElement => find(`[data-part=${kind}]`);
/** What can be read, pieces that stand apart with a space between. */
function words(element: Element): string {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  let text = "";
  while (walker.nextNode()) text += ` ${walker.currentNode.textContent ?? ""}`;
  return text.replace(/\s+/g, " ").trim();
}
const said = (text: string): Json => ({ type: "text", text });

beforeEach(() => {
  sessionStorage.clear();
  document.documentElement.lang = "en";
  client = new FakeClient();
});
afterEach(() => {
  leave();
});

describe("a message", () => {
  test("without further fields has nothing but its words", async () => {
    await show([{ content: "Hello" }]);
    expect([...message().children].map((child) => child.className)).toEqual([expect.stringContaining("body")]);
  });

  test("says who speaks and when", async () => {
    await show([{ content: "Hi", author: "Ada", avatar: "al", time: 1_700_000_000 }]);
    expect(message().getAttribute("aria-label")).toBe("Ada");
    expect(words(find("header .avatar"))).toBe("AL");
    expect(find("time").getAttribute("datetime")).toBe("2023-11-14T22:13:20.000Z");
  });

  test("shows its parts in their order, its content after them, and its sources below", async () => {
    const source = (title: string, more: JsonObject = {}): Json => ({ type: "source", title, ...more });
    const parts = [source("Atlas", { url: "https://a.example/x" }), said("One"), said("Two"), source("Map", { index: 7 })];
    await show([{ content: "Three", parts }]);
    expect(words(message())).toBe("One Two Three 1 Atlas a.example 7 Map");
    expect(find<HTMLAnchorElement>("[data-part=sources] a").rel).toBe("noopener noreferrer");
  });

  test.each([
    ["length", "The answer reached the model's length limit. Continue"],
    ["context", "The conversation filled the model's memory. Start a new one to continue."],
    ["content_filter", "The provider's content filter ended this answer."],
    ["refusal", "The model declined to answer."],
  ])("says why it is incomplete: %s", async (reason, sentence) => {
    const parts = [said("One"), { type: "incomplete", reason }];
    await show([{ status: "done", parts }], { events: ["regenerate"] });
    expect(words(part("incomplete"))).toBe(sentence);
    if (reason !== "length") return;
    click("[data-part=incomplete] button");
    await settled();
    expect(JSON.stringify(client.sent)).toContain("Continue");
  });

  test("a token in a part draws that part and no other", async () => {
    await show([{ status: "streaming", parts: [said("One"), { type: "tool_call", id: "1", name: "look", args: { q: 1 } }, said("Tw")] }]);
    const changed: Node[] = [];
    const before = [...find(".parts").children];
    const observer = new MutationObserver((records) => changed.push(...records.map(({ target }) => target)));
    observer.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
    client.ops(["a", ["chat", "data", 0, "parts", 2, "text"], 2, "o"]);
    changed.push(...observer.takeRecords().map(({ target }) => target));
    expect(words(message())).toContain("Two");
    expect(changed.filter((node) => before[0]?.contains(node) === true || before[1]?.contains(node) === true)).toEqual([]);
    expect(changed.some((node) => before[2]?.contains(node))).toBe(true);
    expect([...find(".parts").children]).toEqual(before);
  });

  test("of a person has its files above the bubble and its texts in it", async () => {
    const file = { type: "file", name: "a.csv", url: "/a.csv", size: 1234 };
    await show([{ content: "and this", from_user: true, parts: [said("Look at"), file, file] }]);
    expect(words(find(".body"))).toBe("Look at and this");
    expect(findAll(".files")).toHaveLength(1);
    expect(findAll(".files a")).toHaveLength(2);
    expect(words(find(".files"))).toContain("CSV · 1.2 kB");
    expect(find(".files").compareDocumentPosition(find(".body"))).toBe(Node.DOCUMENT_POSITION_FOLLOWING);
  });
});

test("a file whose name has no ending is of the kind that its media type says", async () => {
  await show([{ parts: [{ type: "file", name: "orders", url: "/orders", mime: "text/csv" }] }]);
  expect(words(part("file"))).toBe("orders CSV");
});

describe("how a message ended", () => {
  test("stopped is a word, and waiting for the first word a pulse", async () => {
    await show([{ content: "So", status: "stopped" }, { status: "pending" }]);
    expect(words(message(0))).toBe("So Stopped");
    expect(findAll(".waiting")).toHaveLength(1);
    expect(message(1).contains(find(".waiting"))).toBe(true);
  });

  test("a failure is a sentence, with Retry only for those who listen", async () => {
    await show([{ status: "failed" }, { content: "So", status: "interrupted", error: "The line was cut." }]);
    expect(words(message(0))).toBe("This answer could not be completed.");
    expect(words(message(1))).toBe("So The line was cut.");
    expect(message(0).querySelector("button")).toBeNull();
  });

  test("a failure with a code is said in our words", async () => {
    await show([{ status: "failed", error: "429", error_code: "rate_limited" }]);
    expect(words(message())).toBe("The model is asked too often right now. Wait a moment, then try again.");
  });

  test("Retry asks for the message by the app's id, or by the row's", async () => {
    await show([{ status: "failed", id: "m1" }, { status: "interrupted" }], { events: ["regenerate"] });
    for (const at of [0, 1]) message(at).querySelector("button")?.click();
    expect(client.sent.map(({ event }) => event)).toEqual([
      ["cb", "regenerate", { id: "m1" }],
      ["cb", "regenerate", { id: 1 }],
    ]);
  });
});

describe("reasoning", () => {
  const thoughts = (more: JsonObject): Json => ({ type: "reasoning", text: "Let me see", ...more });
  const open = (): boolean => find<HTMLDetailsElement>("details").open;

  test("is shown while it comes, and is one line when done", async () => {
    await show([{ status: "streaming", parts: [thoughts({})] }]);
    expect([open(), words(part("reasoning"))]).toEqual([true, "Thinking Let me see"]);
    client.ops(["a", ["chat", "data", 0, "parts", 0, "text"], 10, " now"]);
    expect(words(part("reasoning"))).toBe("Thinking Let me see now");
    client.ops(["s", ["chat", "data", 0, "parts", 0, "seconds"], 72], ["s", ["chat", "data", 0, "parts", 0, "done"], true]);
    expect([open(), words(find("summary"))]).toEqual([false, "Thought for 1m 12s"]);
    click("summary");
    expect([open(), words(find(".thoughts"))]).toEqual([true, "Let me see now"]);
  });

  test("is over when something follows it", async () => {
    await show([{ status: "streaming", parts: [thoughts({}), said("So:")] }]);
    expect([open(), words(find("summary"))]).toEqual([false, "Thoughts"]);
  });

  test("that the person folded stays folded", async () => {
    await show([{ status: "streaming", parts: [thoughts({})] }]);
    click("summary");
    client.ops(["a", ["chat", "data", 0, "parts", 0, "text"], 10, " now"]);
    expect(open()).toBe(false);
  });
});

describe("a tool call", () => {
  const call = (more: JsonObject): JsonObject => ({ type: "tool_call", id: "1", name: "look", args: { q: "cats", n: 3 }, ...more });

  test("is a line with its state that opens to what went in and came out", async () => {
    await show([{ parts: [call({ state: "done", result: "A **cat**", parts: [call({ state: "failed", name: "inner", args: null })] })] }]);
    expect(words(find("summary"))).toBe("look cats, 3 Done");
    click("summary");
    expect(find("pre").textContent).toBe('{\n  "q": "cats",\n  "n": 3\n}');
    expect(find(".result strong").textContent).toBe("cat");
    expect(words(findAll("summary")[1] as Element)).toBe("inner Failed");
  });

  test("that waits for the person is open", async () => {
    await show([{ parts: [call({ state: "waiting" })] }]);
    expect(find<HTMLDetailsElement>("details").open).toBe(true);
    expect(words(find("summary"))).toContain("Waiting for you");
  });
});

describe("an address", () => {
  test("that is missing makes no link", async () => {
    await show([{ parts: [{ type: "file", name: "f", url: "" }, { type: "source", title: "s" }] }]);
    expect(document.querySelector("[data-message] a")).toBeNull();
  });

  test("that a browser would run is none", async () => {
    const url = "java\tscript:alert(1)";
    await show([
      {
        avatar: url,
        parts: [
          { type: "file", name: "f", url },
          { type: "source", title: "s", url },
          { type: "image", url, alt: "a picture" },
          { type: "image", url: "data:image/svg+xml,<svg onload=alert(1)>", alt: "another" },
        ],
      },
    ]);
    expect(document.querySelector("a, img")).toBeNull();
    expect(words(message())).toContain("a picture");
  });

  test("of another site's image is asked for with a click, unless the card allows it", async () => {
    const parts = [{ type: "image", url: "https://pics.example/a.png", alt: "A cat", width: 40, height: 20 }];
    await show([{ parts }]);
    expect(document.querySelector("img")).toBeNull();
    click("[data-part=image] button");
    expect(find<HTMLImageElement>("img").src).toBe("https://pics.example/a.png");
    leave();
    await show([{ parts }], { images: ["pics.example"] });
    expect(find("img").getAttribute("referrerpolicy")).toBe("no-referrer");
    leave();
    await show([{ parts }], { images: ["other.example"] });
    expect(document.querySelector("img")).toBeNull();
  });
});

test("a message runs only the commands that the card names, as buttons; a form in it is the app's own", async () => {
  const content = "See [the invoice](?delete_account) or [more](?more).";
  await show([{ content }], { text_commands: ["more"] });
  expect(findAll("article [data-command]").map((it) => [it.tagName, it.textContent])).toEqual([["BUTTON", "more"]]);
  click("article [data-command]");
  expect(client.sent).toMatchObject([{ args: { more: true } }]);
  leave();
  await show([{ content }]);
  expect(findAll("article [data-command]")).toEqual([]);
  leave();
  await show([{ parts: [{ type: "card", items: [{ text: { content: "[Plans](?plans)" } }] }] }]);
  expect(find("[data-part=card] a[data-command]").textContent).toBe("Plans");
});

test("a table writes numbers as the reader does, and draws many rows only when asked", async () => {
  document.documentElement.lang = "de";
  const rows = Array.from({ length: 150 }, (_, n) => [`r${n}`, n * 1000.5, n % 2 === 0]);
  await show([{ parts: [{ type: "table", columns: ["Name", "Value", "Even"], rows }] }]);
  expect(findAll("tbody tr")).toHaveLength(100);
  expect(words(findAll("tbody tr")[3] as Element)).toBe("r3 3.001,5 No");
  expect(findAll("th").map((th) => th.className.includes("number"))).toEqual([false, true, false]);
  click("[data-part=table] button");
  expect(findAll("tbody tr")).toHaveLength(150);
});

test("a table of 10,000 rows and 1,000 columns is read and drawn in portions", async () => {
  let reads = 0;
  const cells = Array.from({ length: 1000 }, (_none, index) => index);
  const counted: ProxyHandler<number[]> = {
    get(target, key, receiver): unknown {
      if (typeof key === "string" && /^\d+$/.test(key)) reads++;
      return Reflect.get(target, key, receiver);
    },
  };
  const rows = Array.from({ length: 10_000 }, () => new Proxy(cells, counted));
  await show([{ parts: [{ type: "table", columns: cells.map(String), rows }] }]);
  expect(findAll("[data-part=table] tbody tr").length).toBe(100);
  expect(findAll("[data-part=table] td").length).toBe(4000);
  expect(reads).toBeLessThan(10 * 4000);
  const [more, wider] = findAll("[data-part=table] button");
  expect(words(more as Element)).toBe("Show 100 more rows of 9,900");
  expect(words(wider as Element)).toBe("Show 40 more columns of 960");
  (wider as HTMLElement).click();
  flushSync();
  expect(findAll("[data-part=table] td").length).toBe(8000);
});

test("a form inside of a message submits as any other", async () => {
  await show([{ parts: [{ type: "card", items: [{ textbox: { name: "note", value: "Hi" } }, { button: { name: "go", label: "Go" } }] }] }]);
  click("[data-part=card] button");
  expect(client.sent).toMatchObject([{ args: { note: "Hi", go: true } }]);
});

test("a part that cannot be drawn says so in its place, and the others live", async () => {
  const failed = vi.spyOn(console, "error").mockReturnValue();
  await show([{ content: "Three", parts: [said("One"), { type: "text", text: { not: "text" } }, said("Two")] }, { content: "Next" }]);
  expect(words(message())).toMatch(/^One .*could not be loaded.* Two Three$/);
  expect(words(message(1))).toContain("Next");
  expect(failed).toHaveBeenCalled();
});

test("what is malformed shows nothing and breaks nothing", async () => {
  await show([{ content: "Hi", parts: [7, null, {}, { type: "new" }, { type: "table" }, { type: "tool_call" }, { type: "image" }] as Json, time: 1e30 }]);
  expect(words(message())).toContain("Hi");
});

describe("numbers", () => {
  test("are written briefly", () => {
    expect([0.2, 59.4, 60, 61, 3600].map(duration)).toEqual(["1s", "59s", "1m", "1m 1s", "60m"]);
    expect([0, 999, 1000, 48_213, 2_500_000].map(size)).toEqual(["0 bytes", "999 bytes", "1 kB", "48.2 kB", "2.5 MB"]);
    expect(moment(1e30)).toBeUndefined();
    expect(brief({ a: [1, 2], b: null, c: "x" })).toBe("[1,2], x");
    expect(pretty("x".repeat(99), 10)).toEqual({ text: '"xxxxxxxxx', cut: true });
  });
});

test("thoughts and tools of a finished answer fold into one line, unless one failed", async () => {
  const steps = (state: string): Json[] => [
    { type: "reasoning", text: "Let me see", seconds: 6 },
    { type: "tool_call", id: "1", name: "look", state: "done" },
    { type: "tool_call", id: "2", name: "find", state },
  ];
  await show([{ content: "So", status: "done", parts: steps("done") }]);
  const group = find("[data-part=steps]");
  expect(group.querySelector("summary")?.textContent.trim()).toBe("Thought, used 2 tools · 6s");
  expect(group.querySelector("[data-part=tool_call]")).toBeNull();
  group.querySelector("summary")?.click();
  await vi.waitFor(() => {
    expect(group.querySelectorAll("[data-part]")).toHaveLength(3);
  });
  leave();
  await show([{ content: "So", status: "done", parts: steps("failed") }]);
  expect(document.querySelector("[data-part=steps]")).toBeNull();
  expect(document.querySelectorAll("[data-part=tool_call]")).toHaveLength(2);
});

test("pictures that a person sent stand side by side", async () => {
  const picture: Json = { type: "image", url: "/a.png", alt: "" };
  await show([{ from_user: true, parts: [picture, picture, { type: "text", text: "Look" }] }]);
  expect(find(".files").querySelectorAll(".picture.small")).toHaveLength(2);
});
