import { afterEach, describe, expect, test } from "vitest";
import { append, emptyState, FakeTab, onlinePage, releaseAll, shown, startPage, welcome } from "./testing";

afterEach(releaseAll);

describe("hello", () => {
  test("names the page and asks for a new client", async () => {
    const { page, client } = await startPage(new FakeTab(), "a/b");
    expect(page.paths).toEqual(["/x/_s/ws"]);
    expect(page.socket.sent).toEqual([]);
    page.socket.open();
    expect(page.socket.sent).toEqual([
      { t: "hello", v: 1, route: "/demo", client: null, pos: null, hash: "a/b", build: "b1" },
    ]);
    expect(client.status).toBe("connecting");
    page.socket.receive(welcome({ user: "ada" }));
    expect([client.status, client.user, shown(client)]).toEqual(["online", "ada", ""]);
    expect(page.socket.all("act")).toEqual([]);
  });

  test("after a loss names the client and the position", async () => {
    const { page } = await onlinePage();
    page.socket.receive(append(11, 12, 0, "a"));
    page.socket.end(1006);
    page.pass(1000);
    page.socket.open();
    expect(page.socket.sent[0]).toMatchObject({ t: "hello", client: "c1", pos: { e: "E", s: 12 } });
  });

  test("after a reload names the client but no position", async () => {
    const tab = new FakeTab();
    const first = await onlinePage(tab);
    first.page.unload();
    const { page } = await startPage(tab);
    page.socket.open();
    expect(page.socket.sent[0]).toMatchObject({ client: "c1", pos: null });
  });

  test("of a duplicated tab asks for a new client, and leaves the other tab's actions alone", async () => {
    const tab = new FakeTab();
    const first = await onlinePage(tab);
    first.page.socket.end(1006);
    void first.client.args.submit("b", true);
    const { page } = await startPage(new FakeTab(tab.stored));
    page.socket.open();
    expect(page.socket.sent[0]).toMatchObject({ client: null });
    page.socket.receive(welcome({ client: "c2" }));
    expect(page.socket.all("act")).toEqual([]);
  });

  test("that gets no welcome is given up", async () => {
    const { page } = await startPage();
    page.socket.open();
    page.pass(9_999);
    expect(page.socket.closedWith).toBeNull();
    page.pass(1);
    expect(page.socket.closedWith).toBe(4009);
  });
});

describe("frames", () => {
  test("are applied in order", async () => {
    const { page, client } = await onlinePage();
    page.socket.receive(append(11, 11, 0, "a"), append(12, 15, 1, "b"), append(16, 16, 2, "c"));
    expect(shown(client)).toBe("abc");
    expect(page.socket.all("hello").length).toBe(1);
  });

  test("that were seen are dropped", async () => {
    const { page, client } = await onlinePage();
    page.socket.receive(append(11, 12, 0, "a"), append(11, 12, 0, "a"), append(12, 12, 0, "a"), append(3, 4, 0, "a"));
    expect(shown(client)).toBe("a");
    expect(page.socket.all("hello").length).toBe(1);
  });

  test.each([
    ["a gap", append(12, 12, 0, "x")],
    ["an overlap", append(10, 11, 0, "x")],
  ])("after %s are asked for from the last position", async (_, frame) => {
    const { page, client } = await onlinePage();
    page.socket.receive(frame, append(13, 13, 1, "y"));
    expect(page.socket.all("hello").map((hello) => hello["pos"])).toEqual([null, { e: "E", s: 10 }]);
    expect(shown(client)).toBe("");
    page.socket.receive(welcome({ mode: "resumed", state: null, s: 12 }), append(11, 12, 0, "z"));
    expect([shown(client), client.status]).toEqual(["z", "online"]);
  });

  test.each<[string, unknown]>([
    ["does not fit", [11, 1, ["s", ["n", "content"], "half"], ["d", ["nope"]]]],
    ["is malformed", [11, 1, 7]],
    ["covers nothing", [11, 0]],
    ["uses a name that was never given", [11, 1, [0, 0, "x"]]],
    ["is no JSON", "{"],
    ["is empty", "[]"],
    ["is a part of no snapshot", "0/1:{}"],
    ["is a malformed beat", { t: "beat", e: "E", s: -1 }],
    ["is a malformed acknowledgement", { t: "ack", id: "x", st: "maybe" }],
  ])("one that %s is discarded whole, and everything is asked for", async (_, frame) => {
    const { page, client } = await onlinePage();
    page.socket.receive(frame, append(11, 11, 0, "x"));
    expect(shown(client)).toBe("");
    expect(page.socket.all("hello").map((hello) => hello["pos"])).toEqual([null, null]);
    page.socket.receive(welcome({ s: 20, e: "G" }), append(21, 21, 0, "ok"));
    expect(shown(client)).toBe("ok");
  });

  test("of unknown kinds are left to newer clients", async () => {
    const { page } = await onlinePage();
    page.socket.receive({ t: "news" });
    expect(page.socket.all("hello").length).toBe(1);
  });

  test("that never fit end the connection instead of asking without end", async () => {
    const { page, client } = await onlinePage();
    for (let round = 0; round < 3; round++) page.socket.receive(append(11, 11, 5, "x"), welcome());
    expect(page.socket.closedWith).toBeNull();
    page.socket.receive(append(11, 11, 5, "x"));
    expect([page.socket.closedWith, client.status]).toEqual([4002, "reconnecting"]);
  });

  test("what is left of a snapshot that was given up is passed over", async () => {
    const { page, client } = await onlinePage();
    page.socket.receive(welcome({ s: 50, state: null, parts: 4, crc: 1 }), "0/4:{", "2/4:x", "3/4:}");
    expect(page.socket.all("hello").length).toBe(2);
    expect([page.socket.closedWith, client.status]).toEqual([null, "online"]);
    page.socket.receive(welcome({ s: 50, state: emptyState }));
    expect(client.page.toJSON()).toEqual(emptyState);
  });

  test("a page that begins anew replaces the old one with its first frame, or with the next beat", async () => {
    for (const news of [[1, 1, ["s", ["n"], { view: "x", box: "", content: "new" }]], { t: "beat", e: "F", s: 0 }]) {
      const { page, client } = await onlinePage();
      const before = shown(client);
      page.socket.end(1006);
      page.pass(1000);
      page.socket.open();
      page.socket.end(4503);
      page.socket.open();
      page.socket.receive(welcome({ e: "F", s: 0, state: emptyState }));
      expect(shown(client)).toBe(before);
      page.socket.receive(news);
      expect(shown(client)).toBe(Array.isArray(news) ? "new" : undefined);
    }
  });

  test("a snapshot in mid-connection is loaded, and actions are not sent again", async () => {
    const { page, client } = await onlinePage();
    void client.args.submit("b", 1);
    page.socket.receive(welcome({ s: 50, state: emptyState }));
    expect(client.page.cards.size).toBe(0);
    expect(page.socket.all("act").length).toBe(1);
    page.socket.receive([51, 1, ["s", ["n"], { view: "x", box: "", content: "new" }]]);
    expect(shown(client)).toBe("new");
  });

  test("a resumption of another epoch, or a snapshot that is none, is not believed", async () => {
    for (const answer of [welcome({ mode: "resumed", e: "F" }), welcome({ state: { cards: 1 } })]) {
      const { page, client } = await onlinePage();
      page.socket.end(1006);
      page.pass(1000);
      page.socket.open();
      page.socket.receive(answer);
      expect([page.socket.closedWith, client.status]).toEqual([4002, "reconnecting"]);
    }
  });
});

describe("beats", () => {
  test("are answered with the position", async () => {
    const { page } = await onlinePage();
    page.socket.receive(append(11, 14, 0, "a"), { t: "beat", e: "E", s: 14 });
    expect(page.socket.all("pong")).toEqual([{ t: "pong", s: 14 }]);
  });

  test("find a lost tail", async () => {
    const { page } = await onlinePage();
    page.socket.receive({ t: "beat", e: "E", s: 12 });
    page.pass(999);
    expect(page.socket.all("hello").length).toBe(1);
    page.pass(1);
    expect(page.socket.all("hello")[1]).toMatchObject({ pos: { e: "E", s: 10 } });
  });

  test("that are ahead of their frame find none", async () => {
    const { page } = await onlinePage();
    page.socket.receive({ t: "beat", e: "E", s: 12 }, append(11, 12, 0, "a"));
    page.pass(2000);
    expect(page.socket.all("hello").length).toBe(1);
  });

  test("of another epoch ask for it", async () => {
    const { page } = await onlinePage();
    page.socket.receive({ t: "beat", e: "F", s: 10 });
    expect(page.socket.all("hello").length).toBe(2);
  });

  test("that stay away end the connection", async () => {
    const { page, client } = await onlinePage();
    page.pass(34_000);
    page.socket.receive({ t: "beat", e: "E", s: 10 });
    page.pass(34_999);
    expect(page.socket.closedWith).toBeNull();
    page.pass(1);
    expect([page.sockets[0]?.closedWith, client.status]).toEqual([4004, "reconnecting"]);
  });
});

describe("connections", () => {
  test("are tried again with growing pauses, up to 15 seconds", async () => {
    const { page, client } = await startPage();
    page.randomNumber = 1 - Number.EPSILON;
    for (const [attempt, pause] of [1000, 2000, 4000, 8000, 15_000, 15_000].entries()) {
      page.socket.end(1006);
      expect(client.status).toBe("connecting");
      page.pass(pause - 1);
      expect(page.sockets.length).toBe(attempt + 1);
      page.pass(1);
      expect(page.sockets.length).toBe(attempt + 2);
    }
  });

  test("that held for 30 seconds make the first pause short again", async () => {
    for (const [up, pause] of [[29_000, 2000], [30_000, 1000]] as const) {
      const { page } = await startPage();
      page.randomNumber = 0.999_999;
      page.socket.end(1006);
      page.pass(1000);
      page.socket.open();
      page.socket.receive(welcome());
      page.pass(up);
      page.socket.end(1006);
      page.pass(pause - 10);
      expect(page.sockets.length).toBe(2);
      page.pass(10);
      expect(page.sockets.length).toBe(3);
      releaseAll();
    }
  });

  test("are tried at once when the network or the person comes back, or the person asks", async () => {
    const { page, client } = await onlinePage();
    page.wake();
    expect(page.sockets.length).toBe(1);
    page.socket.end(1006);
    page.wake();
    expect(page.sockets.length).toBe(2);
    page.socket.end(1006);
    client.retryNow();
    expect(page.sockets.length).toBe(3);
    page.pass(100_000);
    expect(page.sockets[2]?.closedWith).toBe(4009);
  });

  test("of a server that goes away move within the time it gives", async () => {
    const { page, client } = await onlinePage();
    page.socket.receive({ t: "drain", in_ms: 8000 });
    expect(client.status).toBe("draining");
    page.socket.receive(append(11, 11, 0, "still"));
    expect(shown(client)).toBe("still");
    page.pass(3999);
    expect(page.sockets.length).toBe(1);
    page.pass(1);
    expect([page.sockets[0]?.closedWith, page.sockets.length]).toEqual([1000, 2]);
    page.socket.open();
    page.socket.receive(welcome({ mode: "resumed", state: null }));
    expect(client.status).toBe("online");
  });

  test("of a server that goes away move at once to send what it does not take any more", async () => {
    const { page, client } = await onlinePage();
    page.socket.receive({ t: "drain", in_ms: 8000 });
    void client.args.submit("chat", "Hi");
    const [act] = page.socket.all("act");
    page.socket.receive({ t: "drain", in_ms: 0 });
    page.pass(0);
    expect([page.sockets[0]?.closedWith, page.sockets.length]).toEqual([1000, 2]);
    page.socket.open();
    page.socket.receive(welcome({ mode: "resumed", state: null }));
    expect(page.socket.all("act").map((one) => one["id"])).toEqual([act?.["id"]]);
    page.pass(8000);
    expect(page.sockets.length).toBe(2);
  });

  test("that the draining server ends itself wait for the same moment", async () => {
    const { page, client } = await onlinePage();
    page.socket.receive({ t: "drain", in_ms: 8000 });
    page.socket.end(4001);
    expect(client.status).toBe("reconnecting");
    page.wake();
    page.pass(3999);
    expect(page.sockets.length).toBe(1);
    page.pass(1);
    expect(page.sockets.length).toBe(2);
  });

  test("late words of a socket that was given up are not heard", async () => {
    const { page, client } = await onlinePage();
    const old = page.socket;
    page.pass(35_000);
    old.receive(append(11, 11, 0, "late"));
    old.end(4503);
    expect([shown(client), client.status]).toEqual(["", "reconnecting"]);
  });
});

describe("close codes", () => {
  test.each([1000, 1006, 1011, 1012, 4001, 4002, 4003, 4005, 4006, 4007, 4008, 4499, 5000])(
    "%i reconnects",
    async (code) => {
      const { page, client } = await onlinePage();
      page.socket.end(code);
      expect(client.status).toBe("reconnecting");
      page.pass(1000);
      expect(page.sockets.length).toBe(2);
    },
  );

  test.each([4500, 4502, 4505, 4506, 4507, 4600])("%i ends for good, and says why", async (code) => {
    const { page, client } = await onlinePage();
    page.socket.end(code);
    expect(client.status).toBe("ended");
    expect(client.endedCode).toBe(code);
    page.pass(100_000);
    page.wake();
    expect(page.sockets.length).toBe(1);
    client.retryNow();
    expect([page.sockets.length, client.status]).toEqual([2, "reconnecting"]);
  });

  test("4502 leads to the sign-in page where there is one, and what was typed is kept", async () => {
    const tab = new FakeTab([["swell:draft:x", "typed"]]);
    const { page, client } = await onlinePage(tab, "", { signIn: "/_auth/login", user: "ada" });
    void client.args.submit("prompt", "unsent");
    page.socket.end(4502);
    expect(page.left).toBe("/x/_auth/login");
    expect(page.asksBeforeLeaving()).toBe(false);
    expect(shown(client)).toBeUndefined();
    page.unload();
    const again = await onlinePage(tab, "", { signIn: "/_auth/login", user: "ada" });
    expect(tab.stored.get("swell:draft:x")).toBe("typed");
    expect(again.page.socket.all("act")).toHaveLength(1);
  });

  test("another user who signs in here finds nothing of the one before", async () => {
    const tab = new FakeTab([["swell:draft:x", "typed"]]);
    const { page, client } = await onlinePage(tab, "", { signIn: "/_auth/login", user: "ada" });
    void client.args.submit("prompt", "unsent");
    page.socket.end(4502);
    page.unload();
    const again = await onlinePage(tab, "", { signIn: "/_auth/login", user: "bob" });
    expect(tab.stored.get("swell:draft:x")).toBeUndefined();
    expect(again.page.socket.all("act")).toEqual([]);
  });

  test("4501 loads the page again, once", async () => {
    const tab = new FakeTab();
    const first = await startPage(tab);
    first.page.socket.end(4501);
    expect(first.page.reloads).toBe(1);
    const second = await startPage(tab);
    second.page.socket.end(4501);
    expect([second.page.reloads, second.client.status]).toEqual([0, "ended"]);
  });

  test("4501 does so again after it has worked in between", async () => {
    const tab = new FakeTab();
    (await startPage(tab)).page.socket.end(4501);
    const { page } = await onlinePage(tab);
    page.socket.end(4501);
    expect(page.reloads).toBe(1);
  });

  test("4503 to a hello with a client starts anew at once, and keeps what was sent", async () => {
    const { page, client } = await onlinePage();
    page.socket.end(1006);
    const outcome = client.args.submit("chat", "hi");
    page.pass(1000);
    page.socket.open();
    page.socket.end(4503);
    expect(page.sockets.length).toBe(3);
    page.socket.open();
    expect(page.socket.sent[0]).toMatchObject({ client: null, pos: null });
    page.socket.receive(welcome({ client: "c2", e: "F", s: 1 }));
    const [act] = page.socket.all("act");
    expect(act).toMatchObject({ args: { chat: "hi" }, name: "chat" });
    page.socket.receive({ t: "ack", id: act?.["id"], st: "ok" });
    expect(await outcome).toBe("ok");
  });

  test("4506 to a hello: somebody else is here, so nothing of the first is kept, and the page is loaded anew", async () => {
    const tab = new FakeTab();
    const { page, client } = await onlinePage(tab);
    page.socket.end(1006);
    const outcome = client.args.submit("chat", "only for Ann's account");
    page.pass(1000);
    page.socket.open();
    page.socket.end(4506);
    expect(await outcome).toBe("failed");
    expect([page.reloads, client.page.cards.size, tab.stored.size]).toEqual([1, 0, 0]);
    expect(page.asksBeforeLeaving()).toBe(false);
  });

  test("4506 to a page that is open ends it and shows nothing of it any more", async () => {
    const tab = new FakeTab();
    const { page, client } = await onlinePage(tab);
    void client.args.submit("chat", "Hi");
    page.socket.end(4506);
    expect([client.status, client.endedCode, page.reloads]).toEqual(["ended", 4506, 0]);
    expect([client.page.cards.size, tab.stored.size]).toEqual([0, 0]);
  });

  test("4502 shows nothing of the page, and keeps what was sent for who signs in again", async () => {
    const tab = new FakeTab();
    const { page, client } = await onlinePage(tab);
    void client.args.submit("chat", "Hi");
    page.socket.end(4502);
    expect([client.status, client.page.cards.size]).toEqual(["ended", 0]);
    page.unload();
    const { page: again } = await onlinePage(tab);
    expect(again.socket.all("act").map((act) => act["name"])).toEqual(["chat"]);
  });

  test("a new client of somebody else gets nothing that the first has sent, even after a restart of the server", async () => {
    const tab = new FakeTab();
    const first = await onlinePage(tab);
    first.page.socket.end(1006);
    void first.client.args.submit("chat", "only for Ann's account");
    first.page.unload();
    const { page } = await startPage(tab);
    page.socket.open();
    page.socket.end(4503);
    page.socket.open();
    page.socket.receive(welcome({ client: "c2", user: "bob" }));
    expect([page.socket.all("act").length, page.reloads, tab.stored.size]).toEqual([0, 1, 0]);
  });

  test("4503 to a hello without one, or later, is final", async () => {
    const fresh = await startPage();
    fresh.page.socket.open();
    fresh.page.socket.end(4503);
    expect(fresh.client.status).toBe("ended");
    const later = await onlinePage();
    later.page.socket.end(4503);
    expect(later.client.status).toBe("ended");
  });

  test("4504 waits until the person wants the page here", async () => {
    const { page, client } = await onlinePage();
    page.socket.end(4504);
    page.wake();
    page.pass(60_000);
    expect([client.status, page.sockets.length]).toEqual(["replaced", 1]);
    client.takeOver();
    page.socket.open();
    expect(page.socket.sent[0]).toMatchObject({ client: "c1", pos: { e: "E", s: 10 } });
  });
});

describe("silence", () => {
  test("is said at once when the browser goes offline, until the server answers", async () => {
    const { page, client } = await onlinePage();
    page.goOffline();
    expect([client.status, client.silent]).toEqual(["online", true]);
    expect(page.socket.sent.at(-1)).toMatchObject({ t: "hello", client: "c1" });
    page.socket.receive(welcome({ state: null }));
    expect(client.silent).toBe(false);
  });

  test("offline, the connection is given up when nobody answers", async () => {
    const { page, client } = await onlinePage();
    page.goOffline();
    page.pass(10_000);
    expect([client.status, client.silent]).toEqual(["reconnecting", false]);
  });

  test("is said when an action gets no receipt, and not while anything comes", async () => {
    const { page, client } = await onlinePage();
    void client.args.submit("go", true);
    page.pass(3_999);
    expect(client.silent).toBe(false);
    page.pass(1);
    expect(client.silent).toBe(true);
    page.socket.receive(append(11, 12, 0, "a"));
    expect(client.silent).toBe(false);
    const [act] = page.socket.all("act");
    page.socket.receive({ t: "ack", id: act?.["id"], st: "ok" });
    page.pass(20_000);
    expect(client.silent).toBe(false);
  });
});
