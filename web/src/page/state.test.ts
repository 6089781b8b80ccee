import { beforeEach, describe, expect, test, vi } from "vitest";
import { type Buffer, Desync, isBuffer, type Op, PageState, type Snapshot } from "./state";

const snapshot: Snapshot = {
  cards: [
    ["meta", { view: "meta", box: "", theme: "light" }],
    ["note", { view: "markdown", box: "1 1 2 2", content: "note", items: [{ text: { content: "x" } }, { text: { content: "y" } }] }],
    [
      "chat",
      {
        view: "chatbot",
        box: "3 1 2 2",
        data: { "~b": "list", f: ["content", "from_user"], r: [[0, ["hi", true]], [1, ["yo", false]]] },
      },
    ],
  ],
};

let page: PageState;
beforeEach(() => {
  page = new PageState();
  page.load(snapshot);
});

function rows(): Buffer {
  const data = page.cards.get("chat")?.["data"];
  if (!isBuffer(data)) throw new Error("no buffer");
  return data;
}

function row(index: number) {
  const found = rows().rows[index];
  if (found === undefined) throw new Error("no row");
  return found;
}

describe("an empty page in place of another", () => {
  const empty: Snapshot = { cards: [] };

  test("is shown when it is filled, in one step", () => {
    const seen: string[][] = [];
    page.subscribe(() => seen.push([...page.cards.keys()]));
    page.load(empty, true);
    expect(page.toJSON()).toEqual(empty);
    expect([...page.cards.keys()]).toEqual(["meta", "note", "chat"]);
    page.apply([["s", ["meta"], { view: "meta", box: "" }]]);
    expect(seen).toEqual([["meta"]]);
    expect(page.toJSON()).toEqual({ cards: [["meta", { view: "meta", box: "" }]] });
  });

  test("is shown when nothing follows", () => {
    page.load(empty, true);
    page.clear();
    expect(page.cards.size).toBe(0);
  });
});

describe("readers", () => {
  test("read cells by the name of the field", () => {
    expect(row(0).cell("content")).toBe("hi");
    expect(row(0).cell("nope")).toBeUndefined();
    page.apply([["s", ["chat", "data", 0], null]]);
    expect(row(0).cells).toBeNull();
    expect(row(0).cell("content")).toBeUndefined();
  });

  test("tell buffers from plain values", () => {
    expect(isBuffer(page.cards.get("chat")?.["data"])).toBe(true);
    expect(isBuffer({ "~b": "list", f: [], r: [] })).toBe(false);
  });
});

describe("sharing", () => {
  test("an append leaves the card, the list of rows and all other rows as they are", () => {
    const card = page.cards.get("chat");
    const list = rows().rows;
    const [first, second] = [row(0), row(1)];
    const other = first.cells;
    page.apply([["a", ["chat", "data", 1, "content"], 2, "!"]]);
    expect(page.cards.get("chat")).toBe(card);
    expect(rows().rows).toBe(list);
    expect(row(1)).toBe(second);
    expect(row(0).cells).toBe(other);
    expect(second.cell("content")).toBe("yo!");
  });

  test("a change inside items makes new objects on its way only", () => {
    const before = page.cards.get("note");
    const meta = page.cards.get("meta");
    page.apply([["s", ["note", "items", 1, "text", "content"], "z"]]);
    const after = page.cards.get("note");
    expect(after).not.toBe(before);
    expect((after?.["items"] as unknown[])[0]).toBe((before?.["items"] as unknown[])[0]);
    expect((after?.["items"] as unknown[])[1]).not.toBe((before?.["items"] as unknown[])[1]);
    expect(page.cards.get("meta")).toBe(meta);
    expect(before?.["items"]).toEqual([{ text: { content: "x" } }, { text: { content: "y" } }]);
  });

  test("rows that come and go make a new list of the same rows", () => {
    const list = rows().rows;
    page.apply([["i", ["chat", "data"], 2, [[2, ["new", true]]]]]);
    expect(rows().rows).not.toBe(list);
    expect(list.length).toBe(2);
    expect(rows().rows[0]).toBe(list[0]);
  });
});

describe("subscribers", () => {
  interface Heard {
    page: number;
    chat: number;
    note: number;
    rows: number;
    row0: number;
    row1: number;
  }

  /** How often each subscriber is called by one frame. */
  function heard(...ops: Op[]): Heard {
    const counts: Heard = { page: 0, chat: 0, note: 0, rows: 0, row0: 0, row1: 0 };
    page.subscribe(() => counts.page++);
    page.subscribeCard("chat", () => counts.chat++);
    page.subscribeCard("note", () => counts.note++);
    rows().subscribe(() => counts.rows++);
    row(0).subscribe(() => counts.row0++);
    row(1).subscribe(() => counts.row1++);
    page.apply(ops);
    return counts;
  }

  const silent: Heard = { page: 0, chat: 0, note: 0, rows: 0, row0: 0, row1: 0 };

  test("an append wakes its row, once for a whole frame", () => {
    const ops: Op[] = [
      ["a", ["chat", "data", 1, "content"], 2, "a"],
      ["a", ["chat", "data", 1, "content"], 3, "b"],
    ];
    expect(heard(...ops)).toEqual({ ...silent, row1: 1 });
  });

  test("rows that come or go wake the buffer", () => {
    expect(heard(["d", ["chat", "data", 0]])).toEqual({ ...silent, rows: 1 });
    page.load(snapshot);
    expect(heard(["i", ["chat", "data"], 0, [[9, null]]])).toEqual({ ...silent, rows: 1 });
  });

  test("a row that becomes empty wakes both: it is not shown any more", () => {
    expect(heard(["s", ["chat", "data", 0], null])).toEqual({ ...silent, rows: 1, row0: 1 });
  });

  test("a property wakes its card", () => {
    expect(heard(["s", ["chat", "generating"], true])).toEqual({ ...silent, chat: 1 });
  });

  test("a place or a layout wakes the page", () => {
    expect(heard(["s", ["note", "box"], "main"])).toEqual({ ...silent, page: 1, note: 1 });
    page.load(snapshot);
    expect(heard(["s", ["meta", "layouts"], []])).toEqual({ ...silent, page: 1 });
  });

  test("cards that come, go or are replaced wake the page", () => {
    expect(heard(["d", ["note"]])).toEqual({ ...silent, page: 1, note: 1 });
    page.load(snapshot);
    expect(heard(["s", ["note"], { view: "markdown", box: "1 1 2 2" }])).toEqual({ ...silent, page: 1, note: 1 });
    page.load(snapshot);
    expect(heard(["s", ["new"], { view: "markdown", box: "1 1 2 2" }])).toEqual({ ...silent, page: 1 });
  });

  test("hear nothing of a frame that fails", () => {
    const counts = { ...silent };
    page.subscribe(() => counts.page++);
    page.subscribeCard("chat", () => counts.chat++);
    row(0).subscribe(() => counts.row0++);
    expect(() => {
      page.apply([["a", ["chat", "data", 0, "content"], 2, "x"], ["s", ["chat", "box"], "z"], ["d", ["nope"]]]);
    }).toThrow(Desync);
    expect(counts).toEqual(silent);
  });

  test("see the whole frame done", () => {
    let seen: unknown;
    row(0).subscribe(() => {
      seen = [row(0).cell("content"), page.cards.get("chat")?.["generating"], rows().rows.length];
    });
    page.apply([
      ["s", ["chat", "data", 0, "content"], "new"],
      ["s", ["chat", "generating"], true],
      ["i", ["chat", "data"], 2, [[2, ["x", true]]]],
    ]);
    expect(seen).toEqual(["new", true, 3]);
  });

  test("can unsubscribe, also while they are called", () => {
    const fn = vi.fn();
    const stop = page.subscribe(() => {
      stop();
      fn();
    });
    page.apply([["d", ["note"]]]);
    page.apply([["d", []]]);
    expect(fn).toHaveBeenCalledTimes(1);
  });

  test("that throw are reported and do not keep others from hearing", () => {
    const report = vi.fn();
    vi.stubGlobal("reportError", report);
    const fn = vi.fn();
    page.subscribe(() => {
      throw new Error("mine");
    });
    page.subscribe(fn);
    page.apply([["d", ["note"]]]);
    expect(fn).toHaveBeenCalledTimes(1);
    expect(report).toHaveBeenCalledTimes(1);
    vi.unstubAllGlobals();
  });
});

describe("load", () => {
  test("replaces everything and tells the page and all cards, old and new", () => {
    const calls: string[] = [];
    page.subscribe(() => calls.push("page"));
    page.subscribeCard("chat", () => calls.push("chat"));
    page.subscribeCard("new", () => calls.push("new"));
    const old = row(0);
    page.load({ cards: [["new", { view: "markdown", box: "" }]] });
    expect(calls.sort()).toEqual(["chat", "new", "page"]);
    page.load(snapshot);
    expect(row(0)).not.toBe(old);
  });

  test.each<[string, unknown]>([
    ["no object", null],
    ["no cards", {}],
    ["a card without a key", { cards: [[{ view: "x", box: "" }]] }],
    ["a key that is no text", { cards: [[1, { view: "x", box: "" }]] }],
    ["a key that is illegal", { cards: [["__proto__", { view: "x", box: "" }]] }],
    ["a key that repeats", { cards: [["a", { view: "x", box: "" }], ["a", { view: "x", box: "" }]] }],
    ["a card without a view", { cards: [["a", { box: "" }]] }],
    ["a malformed buffer", { cards: [["a", { view: "x", box: "", data: { "~b": "list" } }]] }],
  ])("refuses a snapshot with %s and changes nothing", (_, broken) => {
    expect(() => {
      page.load(broken as Snapshot);
    }).toThrow(Desync);
    expect(page.toJSON()).toEqual(snapshot);
  });

  test("takes histories of any length", () => {
    const many = Array.from({ length: 200_000 }, (_, id) => [id, [id]]);
    page.load({ cards: [["a", { view: "x", box: "", data: { "~b": "list", f: ["n"], r: many } }]] });
    const data = page.cards.get("a")?.["data"];
    expect(isBuffer(data) && data.rows.length).toBe(200_000);
  });
});
