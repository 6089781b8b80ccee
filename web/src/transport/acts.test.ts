import { afterEach, describe, expect, test, vi } from "vitest";
import { append, FakeTab, onlinePage, releaseAll, startPage, welcome } from "./testing";

afterEach(releaseAll);

describe("actions", () => {
  test("are sent with an id and settle with their acknowledgement", async () => {
    const { page, client } = await onlinePage();
    const outcome = client.args.submit("chat", "hi");
    const [act] = page.socket.all("act");
    expect(act).toEqual({ t: "act", id: expect.any(String) as string, args: { chat: "hi" }, name: "chat" });
    expect([client.busy, page.asksBeforeLeaving()]).toEqual([true, true]);
    page.socket.receive({ t: "ack", id: act?.["id"], st: "ok" });
    expect(await outcome).toBe("ok");
    expect([client.busy, page.asksBeforeLeaving()]).toEqual([true, false]);
    page.socket.receive({ t: "end", id: act?.["id"], st: "ok" });
    expect(client.busy).toBe(false);
  });

  test("made while offline wait, and go in order", async () => {
    const { page, client } = await startPage();
    void client.args.submit("a", 1);
    page.socket.open();
    void client.args.submit("b", 2);
    expect(page.socket.all("act")).toEqual([]);
    page.socket.receive(welcome());
    expect(page.socket.all("act").map((act) => act["name"])).toEqual(["a", "b"]);
  });

  test("without an acknowledgement are sent again with the same ids, in order", async () => {
    const { page, client } = await onlinePage();
    void client.args.submit("a", 1);
    void client.args.submit("b", 2);
    const first = page.socket.all("act");
    page.socket.receive({ t: "ack", id: first[0]?.["id"], st: "ok" });
    page.socket.end(1006);
    void client.args.submit("c", 3);
    page.pass(1000);
    page.socket.open();
    page.socket.receive(welcome({ mode: "resumed", state: null }));
    const second = page.socket.all("act");
    expect(second.map((act) => act["name"])).toEqual(["b", "c"]);
    expect(second[0]?.["id"]).toBe(first[1]?.["id"]);
  });

  test("outlive a reload", async () => {
    const tab = new FakeTab();
    const before = await onlinePage(tab);
    void before.client.args.submit("a", { deep: [1] });
    void before.client.args.emit("chat", "stop", true);
    const sent = before.page.socket.all("act");
    before.page.unload();
    const { page } = await onlinePage(tab);
    expect(page.socket.all("act")).toEqual(sent);
    for (const act of sent) page.socket.receive({ t: "ack", id: act["id"], st: "dup" });
    expect(page.asksBeforeLeaving()).toBe(false);
    page.unload();
    const again = await onlinePage(tab);
    expect(again.page.socket.all("act")).toEqual([]);
  });

  test("are not lost to a storage with nonsense in it", async () => {
    for (const nonsense of ["{", "[1]", '[{"id":1}]', '[{"id":"x","body":{"args":3}}]', "null"]) {
      const { page } = await onlinePage(new FakeTab([["swell:outbox:/x/demo", nonsense], ["swell:client:/x/demo", nonsense]]));
      expect(page.socket.all("act")).toEqual([]);
      releaseAll();
    }
  });

  test("that the server had already settle, and are not waited for", async () => {
    const { page, client } = await onlinePage();
    const outcome = client.args.submit("a", 1);
    page.socket.receive({ t: "ack", id: page.socket.all("act")[0]?.["id"], st: "dup" });
    expect(await outcome).toBe("ok");
    expect(client.busy).toBe(false);
  });

  test("that come too fast are sent again after the time the server names, and later ones behind them", async () => {
    const { page, client } = await onlinePage();
    const outcome = client.args.submit("a", 1);
    const [act] = page.socket.all("act");
    page.socket.receive({ t: "ack", id: act?.["id"], st: "err", code: "rate_limited", msg: "", retry_ms: 500 });
    void client.args.submit("b", 2);
    page.pass(499);
    expect(page.socket.all("act").length).toBe(1);
    page.pass(1);
    expect(page.socket.all("act").map((sent) => sent["name"])).toEqual(["a", "a", "b"]);
    expect(page.socket.all("act")[1]).toEqual(act);
    page.socket.receive({ t: "ack", id: act?.["id"], st: "ok" });
    expect(await outcome).toBe("ok");
    expect(client.error).toBeNull();
  });

  test("that the server refuses fail, and the person is told", async () => {
    const { page, client } = await onlinePage();
    const outcome = client.args.submit("a", 1);
    const id = page.socket.all("act")[0]?.["id"];
    page.socket.receive({ t: "ack", id, st: "err", code: "bad_args", msg: "No." });
    expect(await outcome).toBe("failed");
    expect(client.error).toEqual({ code: "bad_args", msg: "No.", id: "", ref: id });
    client.dismissError();
    expect(client.error).toBeNull();
  });

  test("beyond what may wait are refused", async () => {
    const { page, client } = await onlinePage();
    for (let count = 0; count < 4; count++) void client.args.submit("a", count);
    expect(await client.args.submit("a", 5)).toBe("failed");
    expect(client.error?.code).toBe("outbox_full");
    expect(page.socket.all("act").length).toBe(4);
  });

  test("that are too long in bytes are refused", async () => {
    const { page, client } = await onlinePage();
    expect(await client.args.submit("a", "é".repeat(1000))).toBe("failed");
    expect(client.error?.code).toBe("too_big");
    void client.args.submit("a", "e".repeat(1000));
    expect(page.socket.all("act").length).toBe(1);
  });

  test("are refused once the page has ended", async () => {
    const { page, client } = await onlinePage();
    page.socket.end(4506);
    expect(await client.args.submit("a", 1)).toBe("failed");
    expect(client.error?.code).toBe("offline");
  });

  test.each([1009, 4500])("that the server may have choked on (%i) are not sent again", async (code) => {
    const { page, client } = await onlinePage();
    const outcome = client.args.submit("a", 1);
    page.socket.end(code);
    expect(await outcome).toBe("failed");
    expect(page.asksBeforeLeaving()).toBe(false);
  });
});

describe("errors", () => {
  const failure = { t: "err", code: "handler_failed", msg: "Sorry.", id: "e1", ref: null };

  test("stay until an action that was made later succeeds", async () => {
    const { page, client } = await onlinePage();
    void client.args.submit("a", 1);
    const a = page.socket.all("act")[0]?.["id"];
    page.socket.receive({ t: "ack", id: a, st: "ok" }, failure);
    expect(client.error).toEqual({ code: "handler_failed", msg: "Sorry.", id: "e1", ref: null });
    page.socket.receive({ t: "end", id: a, st: "ok" });
    expect(client.error?.id).toBe("e1");
    void client.args.submit("b", 1);
    const b = page.socket.all("act")[1]?.["id"];
    page.socket.receive({ t: "ack", id: b, st: "ok" }, { t: "end", id: b, st: "ok" });
    expect(client.error).toBeNull();
  });

  test("come with a welcome as well", async () => {
    const { page, client } = await startPage();
    page.socket.open();
    page.socket.receive(welcome({ error: { code: "handler_failed", msg: "Sorry.", id: "e2", ref: "x" } }));
    expect(client.error).toMatchObject({ id: "e2", ref: "x" });
  });

  test("changes of what can be seen are told, once each", async () => {
    const { page, client } = await onlinePage();
    const seen: unknown[] = [];
    client.subscribe(() => seen.push([client.status, client.busy, client.error?.id]));
    page.socket.receive(append(11, 11, 0, "quiet"));
    expect(seen).toEqual([]);
    void client.args.submit("a", 1);
    page.socket.receive(failure);
    page.socket.end(1006);
    expect(seen).toEqual([["online", true, undefined], ["online", true, "e1"], ["reconnecting", true, "e1"]]);
  });
});

describe("arguments", () => {
  test("travel with the next submission and are then forgotten", async () => {
    const { page, client } = await onlinePage();
    client.args.set("box", "");
    client.args.set("check", false);
    void client.args.submit("go", true);
    void client.args.submit("go", true);
    expect(page.socket.all("act").map((act) => act["args"])).toEqual([{ box: "", check: false, go: true }, { go: true }]);
  });

  test("name what was written last where nothing else is named", async () => {
    const { page, client } = await onlinePage();
    client.args.set("a", 1);
    client.args.set("b", 2);
    void client.args.submit();
    void client.args.submit();
    client.args.set("x", 1);
    client.args.set("y", 1);
    void client.args.submit("x");
    expect(page.socket.all("act").map((act) => [act["name"], act["args"]])).toEqual([
      ["b", { a: 1, b: 2 }],
      [null, {}],
      ["x", { x: 1, y: 1 }],
    ]);
  });

  test("are copied: what is set later does not change what was sent", async () => {
    const { page, client } = await startPage();
    void client.args.submit("a", 1);
    client.args.set("a", 2);
    page.socket.open();
    page.socket.receive(welcome());
    expect(page.socket.all("act")[0]?.["args"]).toEqual({ a: 1 });
  });

  test("of any name are only names", async () => {
    const { page, client } = await onlinePage();
    void client.args.submit("__proto__", "x");
    expect(JSON.stringify(page.socket.all("act")[0]?.["args"])).toBe('{"__proto__":"x"}');
    expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
  });

  test("travel with events", async () => {
    const { page, client } = await onlinePage();
    client.args.set("box", "v");
    void client.args.emit("chat", "feedback", { positive: true });
    expect(page.socket.all("act")[0]).toMatchObject({
      args: { box: "v" },
      name: "chat",
      event: ["chat", "feedback", { positive: true }],
    });
    void client.args.submit();
    expect(page.socket.all("act")[1]?.["args"]).toEqual({});
  });

  test("are forgotten when somebody else has submitted", async () => {
    const { page, client } = await onlinePage();
    client.args.set("box", "v");
    page.socket.receive({ t: "clear" });
    void client.args.submit("go", true);
    expect(page.socket.all("act")[0]?.["args"]).toEqual({ go: true });
  });
});

describe("the hash", () => {
  test("travels with every submission while there is one", async () => {
    const { page, client } = await onlinePage(new FakeTab(), "a/b");
    void client.args.submit("go", true);
    void client.args.emit("s", "e", null);
    expect(page.socket.all("act").map((act) => act["args"])).toEqual([{ go: true, "#": "a/b" }, { "#": "a/b" }]);
  });

  test("is submitted when it changes, and when it is cleared", async () => {
    const { page } = await onlinePage();
    page.setHash("#menu/x");
    page.setHash("#");
    expect(page.socket.all("act").map((act) => [act["name"], act["args"]])).toEqual([
      ["#", { "#": "menu/x" }],
      ["#", {}],
    ]);
  });

  test("is what names that start with # change", async () => {
    const { page, client } = await onlinePage();
    expect(await client.args.submit("#there", true)).toBe("ok");
    expect(page.hash()).toBe("there");
    expect(page.socket.all("act")).toMatchObject([{ name: "#", args: { "#": "there" } }]);
  });

  test("is not submitted by the first page load: the hello has said it", async () => {
    const { page } = await onlinePage(new FakeTab(), "a");
    expect(page.socket.all("act")).toEqual([]);
  });

  test("is submitted after a reload if it is another one", async () => {
    const tab = new FakeTab();
    const first = await onlinePage(tab, "a");
    first.page.unload();
    const same = await onlinePage(tab, "a");
    expect(same.page.socket.all("act")).toEqual([]);
    same.page.unload();
    const other = await onlinePage(tab, "b");
    expect(other.page.socket.all("act")).toMatchObject([{ name: "#", args: { "#": "b" } }]);
    other.page.socket.end(1006);
    other.page.pass(1000);
    other.page.socket.open();
    other.page.socket.receive(welcome());
    expect(other.page.socket.all("act").length).toBe(1);
  });

  test("is not submitted twice if the client is a new one", async () => {
    const tab = new FakeTab();
    const first = await onlinePage(tab, "a");
    first.page.unload();
    const { page } = await startPage(tab, "b");
    page.socket.open();
    page.socket.receive(welcome({ client: "c9" }));
    expect(page.socket.all("act")).toEqual([]);
  });
});

test("leaving the page is asked about while something is unsent, but not by its own reload", async () => {
  const { page, client } = await startPage();
  const spy = vi.fn();
  void client.args.submit("a", 1).then(spy);
  expect(page.asksBeforeLeaving()).toBe(true);
  page.socket.end(4501);
  expect(page.reloads).toBe(1);
  expect(page.asksBeforeLeaving()).toBe(false);
});
