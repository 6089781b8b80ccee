// @vitest-environment jsdom
import { flushSync } from "svelte";
import { tick } from "svelte";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { MarkdownView } from "../markdown/view";
import { click, draw, FakeClient, find, findAll, press, type } from "../testkit";
import App from "../app/App.svelte";
import type { Json, JsonObject } from "../page/state";

type Rows = readonly (readonly [id: number | string, cells: readonly Json[] | null])[];
const buffer = (rows: Rows, fields: readonly string[] = ["content", "from_user"], kind = "list"): JsonObject => ({
  "~b": kind,
  f: fields,
  r: rows,
});
const BOX = "[data-test=cb]";
const SEND = "[data-test=cb-submit]";
const STOP = "[data-test=cb-stop]";

let client: FakeClient;
let leave: () => void;

function show(props: JsonObject = {}): void {
  client.page.load({ cards: [["chat", { view: "chatbot", box: "1 1 -1 -1", name: "cb", data: buffer([]), ...props }]] });
  leave = draw(App, client);
}
const messages = (): readonly string[] =>
  findAll("[data-message]").map((e) => `${e.dataset["message"] === "user" ? "> " : ""}${e.textContent.trim()}`);
const box = (): HTMLTextAreaElement => find<HTMLTextAreaElement>(BOX);
const button = (label: string): HTMLElement => find(`button[aria-label="${label}"]`);
const withText = (text: string): HTMLElement | undefined => findAll("button").find((e) => e.textContent.trim() === text);

beforeEach(() => {
  sessionStorage.clear();
  client = new FakeClient();
});
afterEach(() => {
  leave();
});

describe("rows", () => {
  test("both spellings, any kind of buffer, and empty rows that show nothing", () => {
    show({ data: buffer([[0, ["Hi", true]], [1, null], [2, ["Hello", false]]]) });
    expect(messages()).toEqual(["> Hi", "Hello"]);
    client.ops(["s", ["chat", "data"], buffer([["a", ["Old", 1]], ["b", ["Way", 0]]], ["msg", "fromUser"], "map")]);
    expect(messages()).toEqual(["> Old", "Way"]);
    client.ops(["s", ["chat", "data"], buffer([[7, ["Ring", false]], [8, null]], ["msg", "fromUser"], "cyclic")]);
    expect(messages()).toEqual(["Ring"]);
  });

  test("tokens, cells, new and removed rows show at once", () => {
    show({ data: buffer([[0, ["Hi", true]]]) });
    client.ops(["i", ["chat", "data"], 1, [[1, ["Hel", false]]]]);
    const before = findAll("[data-message]")[1];
    client.ops(["a", ["chat", "data", 1, "content"], 3, "lo"]);
    expect(messages()).toEqual(["> Hi", "Hello"]);
    expect(findAll("[data-message]")[1]).toBe(before);
    client.ops(["s", ["chat", "data", 0, "content"], "Hey"], ["s", ["chat", "data", 1], null]);
    expect(messages()).toEqual(["> Hey"]);
    client.ops(["d", ["chat", "data", 0]]);
    expect(messages()).toEqual([]);
  });
});

describe("the prompt box", () => {
  test("has Wave's hooks and words", () => {
    show();
    expect(box().placeholder).toBe("Type your message");
    expect(find<HTMLButtonElement>(SEND).disabled).toBe(true);
    expect(find("[data-test=chat]").contains(box())).toBe(true);
  });

  test("a notice is a line below the box, as long as there is one", () => {
    show({ notice: "Messages in 24 hours: 42 of 50" });
    expect(find(".composer [role=status].notice").textContent).toBe("Messages in 24 hours: 42 of 50");
    client.ops(["s", ["chat", "notice"], null]);
    expect(findAll(".composer .notice")).toEqual([]);
  });

  test("Enter sends the text as it is, and the box is empty when the text is shown", async () => {
    show();
    type(BOX, " Hi\nthere ");
    press(BOX, "Enter");
    expect(client.sent).toEqual([{ name: "cb", args: { cb: " Hi\nthere " } }]);
    expect([box().value, ...messages()]).toEqual([" Hi\nthere "]);
    await vi.waitFor(() => {
      expect([box().value, ...messages()]).toEqual(["", "> Hi\nthere"]);
    });
  });

  test("what was sent makes room for what is typed, is sent once, and is no draft", async () => {
    show();
    type(BOX, "Hi");
    press(BOX, "Enter");
    press(BOX, "Enter");
    expect(client.sent.length).toBe(1);
    expect(box().value).toBe("");
    await client.ack();
    type(BOX, "there");
    press(BOX, "Enter");
    box().dispatchEvent(new InputEvent("beforeinput", { data: "n", bubbles: true }));
    await tick();
    expect(box().value).toBe("");
    type(BOX, "next");
    await client.ack();
    await new Promise((done) => setTimeout(done, 50));
    expect(box().value).toBe("next");
    type(BOX, "more");
    press(BOX, "Enter");
    await tick();
    leave();
    show();
    expect(box().value).toBe("");
  });

  test("Shift+Enter, Enter of a composition and Enter on blanks do not send", () => {
    show();
    type(BOX, "  ");
    press(BOX, "Enter");
    type(BOX, "Hi");
    expect(press(BOX, "Enter", { shiftKey: true })).toBe(true);
    press(BOX, "Enter", { isComposing: true });
    press(BOX, "Enter", { keyCode: 229 });
    expect(client.sent).toEqual([]);
    expect(box().value).toBe("Hi");
  });

  test("while an answer is written Enter keeps the draft, and Stop stands in Send's place", () => {
    show({ generating: true, events: ["stop"] });
    type(BOX, "Next");
    press(BOX, "Enter");
    expect(box().value).toBe("Next");
    expect(find(SEND).hidden).toBe(true);
    expect(find(STOP).textContent).toBe("Stop generating");
    click(STOP);
    expect(client.sent).toEqual([{ name: "cb", args: {}, event: ["cb", "stop", true] }]);
    client.ops(["s", ["chat", "generating"], false]);
    expect(findAll(STOP)).toEqual([]);
    expect(find<HTMLButtonElement>(SEND).disabled).toBe(false);
  });

  test("without the stop event the button is shown and cannot be pressed", () => {
    show({ generating: true });
    expect(find<HTMLButtonElement>(STOP).disabled).toBe(true);
  });

  test("a draft never travels with something else", async () => {
    show({ data: buffer([[0, ["Hello", false]]]), events: ["feedback"] });
    type(BOX, "secret");
    await vi.waitFor(() => find('button[aria-label="Helpful"]'));
    button("Helpful").click();
    expect(client.sent[0]?.args).toEqual({});
  });

  test("a draft outlives the page and a card that is put again", () => {
    show();
    type(BOX, "half a th");
    client.ops(["s", ["chat"], { view: "chatbot", box: "1 1 -1 -1", name: "cb", data: buffer([]) }]);
    expect(box().value).toBe("half a th");
    leave();
    show();
    expect(box().value).toBe("half a th");
  });

  test("value fills the box when it changes, and None empties it", () => {
    show({ value: "first" });
    expect(box().value).toBe("first");
    client.ops(["s", ["chat", "value"], "second"]);
    expect(box().value).toBe("second");
    type(BOX, "mine");
    client.ops(["s", ["chat", "generating"], true]);
    expect(box().value).toBe("mine");
    client.ops(["d", ["chat", "value"]]);
    expect(box().value).toBe("");
  });

  test("the same value again fills the box again after the person sent it", () => {
    show({ value: "again" });
    press(BOX, "Enter");
    client.ops(["i", ["chat", "data"], 0, [[0, ["again", true]]]]);
    expect(box().value).toBe("");
    client.ops(["s", ["chat", "value"], "again"]);
    expect(box().value).toBe("again");
  });

  test("a value that comes while the box still has what was sent stays", async () => {
    show();
    type(BOX, "again");
    press(BOX, "Enter");
    client.ops(["s", ["chat", "value"], "again"]);
    client.ops(["i", ["chat", "data"], 0, [[0, ["again", true]]]]);
    await new Promise((done) => setTimeout(done, 50));
    expect(box().value).toBe("again");
  });

  test("disabled disables the box and Send", () => {
    show({ disabled: true });
    expect(box().disabled).toBe(true);
    expect(find<HTMLButtonElement>(SEND).disabled).toBe(true);
  });
});

describe("what was just sent", () => {
  const send = (text: string): void => {
    type(BOX, text);
    press(BOX, "Enter");
  };
  const said = (...all: string[]): Promise<void> =>
    vi.waitFor(() => {
      expect(messages()).toEqual(all);
    });

  test("shows soon and is never there twice", async () => {
    show({ data: buffer([[0, ["Hi", true]], [1, ["Hello", false]]]) });
    send("Hi");
    await said("> Hi", "Hello", "> Hi");
    await client.ack();
    client.ops(["i", ["chat", "data"], 2, [[2, ["Hi", true]]]]);
    expect(messages()).toEqual(["> Hi", "Hello", "> Hi"]);
    client.end();
    expect(messages()).toEqual(["> Hi", "Hello", "> Hi"]);
  });

  test("gives way to rows without it once the action ended", async () => {
    show();
    send("Hi");
    await client.ack();
    client.ops(["i", ["chat", "data"], 0, [[0, ["Hello", false]]]]);
    client.end();
    await said("Hello");
  });

  test("is not drawn where the rows are there at once", async () => {
    show();
    send("Hi");
    expect([box().value, ...messages()]).toEqual(["Hi"]);
    client.ops(["i", ["chat", "data"], 0, [[0, ["Hi", true]]]]);
    expect(box().value).toBe("");
    const drawn = find("[data-message]");
    await client.ack();
    await new Promise((done) => setTimeout(done, 150));
    expect(messages()).toEqual(["> Hi"]);
    expect(find("[data-message]")).toBe(drawn);
  });

  test("does not let the answer before it grow while it is on its way", () => {
    show({ data: buffer([[0, ["Hi", true]], [1, ["Hello", false]]]) });
    send("And you?");
    client.ops(["s", ["chat", "generating"], true]);
    expect(findAll(".streaming")).toEqual([]);
  });

  test("gives way in one drawing, and nothing is drawn in vain", async () => {
    show();
    send("Hi");
    await said("> Hi");
    await client.ack();
    const observer = new MutationObserver(() => undefined);
    observer.observe(document.body, { childList: true, subtree: true });
    client.ops(["i", ["chat", "data"], 0, [[0, ["Hi", true]], [1, ["Hel", false]]]]);
    const gone = observer.takeRecords().flatMap(({ removedNodes }) => [...removedNodes].filter((node) => node instanceof HTMLElement));
    observer.disconnect();
    expect(messages()).toEqual(["> Hi", "Hel"]);
    expect(gone.map((node) => node.classList[0])).toEqual(["message", "waiting"]);
  });

  test("stays when nothing changes", async () => {
    show();
    send("Hi");
    await client.ack();
    client.end();
    await said("> Hi");
    await new Promise((done) => setTimeout(done, 150));
    expect(messages()).toEqual(["> Hi"]);
  });

  test("that failed can be sent again or edited", async () => {
    show();
    send("Hi");
    await client.ack("failed");
    expect(document.body.textContent).toContain("Not sent.");
    expect(box().value).toBe("");
    leave();
    show();
    expect(box().value).toBe("Hi"); // the box remembers it
    send("Hi");
    await client.ack("failed");
    withText("Retry")?.click();
    expect(client.sent.map(({ args }) => args["cb"])).toEqual(["Hi", "Hi", "Hi"]);
    await client.ack("failed");
    expect(messages()).toEqual(["> Hi"]);
    withText("Edit")?.click();
    await client.ack();
    expect(messages()).toEqual([]);
    expect(box().value).toBe("Hi");
  });
});

describe("events", () => {
  test("feedback names the row, is not repeated, and can be switched", async () => {
    show({ data: buffer([[4, ["Hello", false]]]), events: ["feedback"] });
    await vi.waitFor(() => find('button[aria-label="Helpful"]'));
    button("Helpful").click();
    button("Helpful").click();
    await client.ack();
    expect(button("Helpful").getAttribute("aria-pressed")).toBe("true");
    button("Not helpful").click();
    expect(client.sent.map(({ event }) => event)).toEqual([
      ["cb", "feedback", { message: "Hello", positive: true, id: 4 }],
      ["cb", "feedback", { message: "Hello", positive: false, id: 4 }],
    ]);
  });

  test("events name a message as the app does, when it does", async () => {
    const data = buffer([["r1", ["Hello", false, "m-1", "failed"]]], ["content", "from_user", "id", "status"]);
    show({ data, events: ["feedback", "regenerate", "delete", "edit"] });
    await vi.waitFor(() => find('button[aria-label="Helpful"]'));
    button("Helpful").click();
    await vi.waitFor(() => find(".actions [role=menuitem]"));
    expect(document.querySelector('button[aria-label="Write another answer"]')).toBeNull(); // there is Retry
    find(".actions [role=menuitem]").click();
    await vi.waitFor(() => {
      expect(client.sent.map(({ event }) => event)).toEqual([
        ["cb", "feedback", { message: "Hello", positive: true, id: "m-1" }],
        ["cb", "delete", { id: "m-1" }],
      ]);
    });
  });

  test.each([
    ["enter", { shiftKey: true }, {}],
    ["ctrl_enter", {}, { ctrlKey: true }],
  ])("with submit_key %s the editor of a message sends as the composer does", async (submit_key, breaks, sends) => {
    const data = buffer([[0, ["Hi", true, "m-0"]]], ["content", "from_user", "id"]);
    show({ data, events: ["edit"], submit_key });
    await vi.waitFor(() => find('button[aria-label="Edit"]'));
    button("Edit").click();
    await vi.waitFor(() => find(".editor textarea"));
    press(".editor textarea", "Enter", breaks);
    expect(client.sent).toEqual([]);
    press(".editor textarea", "Enter", sends);
    expect(client.sent.map(({ event }) => event)).toEqual([["cb", "edit", { id: "m-0", content: "Hi" }]]);
  });

  test("a conversation for reading only has no box, and gets one when it opens", () => {
    show({ data: buffer([[0, ["Hello", false]]]), read_only: true, suggestions: [{ name: "a", label: "More" }] });
    expect(messages()).toHaveLength(1);
    expect(findAll("textarea")).toEqual([]);
    client.ops(["s", ["chat", "read_only"], null]);
    expect(findAll("textarea")).toHaveLength(1);
  });

  test("no thumbs without the event", () => {
    show({ data: buffer([[0, ["Hello", false]]]) });
    expect(findAll("button[aria-label=Helpful]")).toEqual([]);
  });

  test("a suggestion is an event, or words for the box when the app does not listen", async () => {
    const suggestions = [{ name: "s1", label: "Tell me more", caption: "About this" }];
    show({ suggestions, events: ["suggestion"] });
    await vi.waitFor(() => find("[data-test=s1]"));
    click("[data-test=s1]");
    expect(client.sent[0]?.event).toEqual(["cb", "suggestion", "s1"]);
    client.ops(["d", ["chat", "events"]]);
    expect(findAll("[data-test=s1]")).toHaveLength(1);
    client.ops(["s", ["chat", "suggestions"], []]);
    expect(findAll("[data-test=s1]")).toEqual([]);
  });
});

describe("older messages", () => {
  const older = (...contents: readonly string[]): Json => contents.map((content) => ({ content, from_user: false }));

  test("stand before the rows and stay when new rows come", () => {
    show({ data: buffer([[0, ["now", false]]]), history: older("b"), events: ["scroll_up"] });
    client.ops(["i", ["chat", "history"], 0, older("a") as readonly Json[]]);
    client.ops(["i", ["chat", "data"], 1, [[1, ["next", false]]]], ["a", ["chat", "data", 1, "content"], 4, "!"]);
    expect(messages()).toEqual(["a", "b", "now", "next!"]);
  });

  test("are asked for once until they come or the action ends, and never after the end", async () => {
    show({ data: buffer([[0, ["now", false]]]), events: ["scroll_up"] });
    const ask = (): void => withText("Load earlier messages")?.click();
    ask();
    press("[role=log]", "PageUp");
    expect(client.sent.map(({ event }) => event)).toEqual([["cb", "scroll_up", true]]);
    client.ops(["s", ["chat", "history"], older("a")]);
    ask();
    expect(client.sent).toHaveLength(2);
    await client.ack();
    await client.ack();
    client.end();
    press("[role=log]", "Home");
    expect(client.sent).toHaveLength(3);
    client.ops(["s", ["chat", "history_end"], true]);
    press("[role=log]", "Home");
    expect(client.sent).toHaveLength(3);
    expect(withText("Load earlier messages")).toBeUndefined();
  });
});

describe("for those who listen", () => {
  test("finished sentences are said, tokens are not", async () => {
    show({ data: buffer([[0, ["Hi", true]]]), generating: true });
    await vi.waitFor(() => find(".chat .said[role=status]"));
    const said = (): string => find(".chat .said[role=status]").textContent;
    client.ops(["i", ["chat", "data"], 1, [[1, ["One is **do", false]]]]);
    expect(said()).toBe("An answer is being written");
    client.ops(["a", ["chat", "data", 1, "content"], 11, "ne**. Two"]);
    expect(said()).toContain("One is done .");
    expect(said()).not.toContain("Two");
    client.ops(["s", ["chat", "generating"], false]);
    expect(said()).toContain("Two");
    expect(said()).toContain("The answer is complete");
    expect(find("[role=log]").getAttribute("aria-live")).toBe("off");
  });
});

describe("what cannot be drawn", () => {
  /** Errors are reported to the console, which is not under test. */
  const quiet = (): { mockRestore(): void } => vi.spyOn(console, "error").mockImplementation(() => undefined);

  test("a part that fails leaves the message and the conversation as they are", async () => {
    const said = quiet();
    const planted = {
      type: "image",
      get url(): string {
        throw new Error("planted");
      },
    } as unknown as Json;
    const parts: Json = [planted, { type: "text", text: "The answer" }];
    show({ data: buffer([[0, ["Hi", true, null]], [1, ["", false, parts]]], ["content", "from_user", "parts"]) });
    for (let loaded = 0; loaded < 3; loaded++) {
      await vi.dynamicImportSettled();
      flushSync();
    }
    expect(messages()[1]).toMatch(/This part could not be loaded\.\s*The answer/);
    type(BOX, "Go on");
    press(BOX, "Enter");
    expect(client.sent).toEqual([{ name: "cb", args: { cb: "Go on" } }]);
    said.mockRestore();
  });

  test("words that fail as Markdown are shown as they are, and what follows is drawn", () => {
    const said = quiet();
    const set = vi.spyOn(MarkdownView.prototype, "set").mockImplementationOnce(() => {
      throw new TypeError("URL.canParse is not a function");
    });
    show({ data: buffer([[0, ["**Hi**", false]], [1, ["**Ho**", false]]]) });
    expect(messages()).toEqual(["**Hi**", "Ho"]);
    client.ops(["s", ["chat", "generating"], false], ["i", ["chat", "data"], 2, [[2, ["Next", true]]]]);
    expect(messages()).toEqual(["**Hi**", "Ho", "> Next"]);
    set.mockRestore();
    said.mockRestore();
  });
});
