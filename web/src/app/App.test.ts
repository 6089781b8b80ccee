// @vitest-environment jsdom
import { afterEach, beforeEach, expect, test, vi, type MockInstance } from "vitest";
import { click, draw, FakeClient, find, findAll, press, type } from "../testkit";
import App from "./App.svelte";
import type { Json, JsonObject } from "../page/state";
import { flushSync } from "svelte";

let client: FakeClient;
let leave: (() => void) | undefined;
let warning: MockInstance<typeof console.warn>;

type Cards = readonly (readonly [string, JsonObject])[];
function show(...cards: Cards): void {
  client.page.load({ cards });
  leave = draw(App, client);
}
const meta = (more: JsonObject): readonly [string, JsonObject] => ["meta", { view: "meta", box: "", ...more }];
const chat = (box: string): readonly [string, JsonObject] => ["chat", { view: "chatbot", box, name: "cb" }];
const later = (ms: number): void => {
  vi.advanceTimersByTime(ms);
  flushSync();
};
const soon = async (check: () => void): Promise<void> => {
  await vi.waitFor(check, { timeout: 10_000 });
};

beforeEach(() => {
  client = new FakeClient();
  warning = vi.spyOn(console, "warn").mockReturnValue(undefined);
  sessionStorage.clear();
  localStorage.clear();
});
afterEach(() => {
  leave?.();
  leave = undefined;
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test("cards stand in reading order; a box that is none hides its card", () => {
  show(["a", { view: "none", box: "2 1 1 1" }], ["b", { view: "none", box: "1 1 1 1" }], ["c", { view: "none", box: "main" }]);
  expect(findAll("main .card").map((card) => card.dataset["test"])).toEqual(["b", "a"]);
  expect(find(".cell").style.width).toBe("134px");
  client.ops(["s", ["c", "box"], "1 3 2 2"], ["d", ["b"]]);
  expect(findAll("main .card").map((card) => card.dataset["test"])).toEqual(["a", "c"]);
});

test("a view that is unknown says so and leaves the page alone", async () => {
  show(["a", { view: "hologram", box: "1 1 1 1" }], chat("2 1 4 8"));
  await soon(() => {
    expect(find("[data-test=a]").textContent).toContain("hologram");
  });
  expect(warning).toHaveBeenCalledWith(expect.stringContaining("hologram"));
  expect(findAll("[data-test=cb]")).toHaveLength(1);
});

test("a chat that fills the page has no frame, others have one", () => {
  show(chat("1 1 -1 -1"));
  expect(find("[data-test=chat]").classList).toContain("bare");
  client.ops(["s", ["chat", "box"], "1 1 4 8"]);
  expect(find("[data-test=chat]").classList).not.toContain("bare");
});

test("zones take their cards; a card for another zone is left out and named", async () => {
  const layouts: Json = [{ breakpoint: "xs", zones: [{ name: "top" }, { name: "body", direction: "row", zones: [{ name: "side" }] }] }];
  show(meta({ layouts }), ["a", { view: "none", box: "side" }], ["b", { view: "none", box: "nowhere" }]);
  await soon(() => find("[data-test=side] [data-test=a]"));
  expect(findAll("[data-test=b]")).toEqual([]);
  expect(warning.mock.calls.flat().filter((words) => /"b".*"nowhere"/.test(String(words)))).toHaveLength(1);
});

test("the meta card is not drawn; it gives the page its title and theme, also in the next load", async () => {
  show(meta({ title: "A page", theme: "nord" }), chat("1 1 -1 -1"));
  await soon(() => {
    expect(document.title).toBe("A page");
  });
  expect(find("h1").textContent).toBe("A page");
  expect(findAll("[data-test=meta]")).toEqual([]);
  const root = document.documentElement.style;
  await soon(() => {
    expect(root.getPropertyValue("--card")).toBe("#2e3441");
  });
  expect(root.getPropertyValue("color-scheme")).toBe("dark");
  client.ops(["s", ["meta", "theme"], "default"]);
  expect(root.getPropertyValue("--card")).toBe("");
  client.ops(["s", ["meta", "theme"], "mine"], ["s", ["meta", "themes"], [{ name: "mine", text: "#000", card: "#fff", page: "#eee", primary: "#00f" }]]);
  expect(root.getPropertyValue("--primary")).toBe("#00f");
  leave?.();
  client = new FakeClient();
  client.status = "connecting";
  show();
  expect(root.getPropertyValue("--primary")).toBe("#00f");
});

test("a card that cannot be drawn says so in its place, with Retry, and the others live", async () => {
  const failed = vi.spyOn(console, "error").mockReturnValue();
  show(["head", { view: "header", box: "1 1 -1 1", title: "A", subtitle: "", image: 5 }], chat("1 2 -1 -1"));
  await soon(() => find("[data-test=head] .note"));
  expect(find("[data-test=head]").textContent).toContain("could not be loaded");
  expect(find("[data-test=head] button").textContent).toBe("Retry");
  type("[data-test=chat] textarea", "Hi");
  press("[data-test=chat] textarea", "Enter");
  expect(client.sent).toHaveLength(1);
  expect(failed).toHaveBeenCalled();
});

test("a redirect to a hash sets it", async () => {
  show(meta({ redirect: "#there" }));
  await soon(() => {
    expect(location.hash).toBe("#there");
  });
});

test("a notification tells when it was dismissed", async () => {
  show(meta({ notification_bar: { text: "Saved **it**", type: "success", name: "bar", events: ["dismissed"], timeout: -1 } }));
  await soon(() => find(".bar strong"));
  click(".bar button[aria-label=Dismiss]");
  expect(findAll(".bar")).toEqual([]);
  expect(client.sent[0]?.event).toEqual(["bar", "dismissed", true]);
});

test("a lost connection is mentioned after a second, not before, and what ends it offers a way on", async () => {
  show(chat("1 1 -1 -1"));
  await soon(() => find(".place"));
  vi.useFakeTimers();
  client.set({ status: "reconnecting" });
  later(900);
  expect(document.body.textContent).not.toContain("Reconnecting");
  later(200);
  expect(document.body.textContent).toContain("Reconnecting…");
  client.set({ status: "online" });
  expect(document.body.textContent).not.toContain("Reconnecting");
  client.set({ status: "replaced" });
  click(".place .btn");
  expect(client.status).toBe("online");
  client.set({ status: "ended", endedCode: 4507 });
  expect(find(".place").textContent).toContain("This page has been deleted.");
  vi.useRealTimers();
});

test("an action that takes long draws a thin line, unless the chat shows that it waits", () => {
  vi.useFakeTimers();
  show(chat("1 1 -1 -1"));
  client.set({ busy: true });
  expect(findAll(".line")).toEqual([]);
  later(400);
  expect(findAll(".line")).toHaveLength(1);
  client.ops(["s", ["chat", "generating"], true]);
  expect(findAll(".line")).toEqual([]);
});

test("an error is said with its id and can be dismissed", async () => {
  show(chat("1 1 -1 -1"));
  client.set({ error: { code: "refused", msg: "This did not work.", id: "e-123", ref: null } });
  await soon(() => find("[role=alert]"));
  expect(find("[role=alert]").textContent).toMatch(/This did not work\..*e-123/s);
  click("[role=alert] button");
  expect(findAll("[role=alert]")).toEqual([]);
});
