import { describe, expect, test } from "vitest";
import { FrameReader } from "./frames";
import { PartReader, crc32 } from "./parts";
import { onlinePage, shown, welcome } from "./testing";

const PATH = ["n", "content"];

describe("short names of paths", () => {
  test("stand for their path from the frame that gives them on", async () => {
    const { page, client } = await onlinePage();
    page.socket.receive([11, 1, ["p", 0, PATH], [0, 0, "Hel"]], [13, 2, [0, 3, "lo"]]);
    expect(shown(client)).toBe("Hello");
  });

  test("come with a snapshot", async () => {
    const { page, client } = await onlinePage();
    page.socket.receive(welcome({ s: 20, paths: [["x"], PATH] }), [21, 1, [1, 0, "there"]]);
    expect(shown(client)).toBe("there");
  });

  test("are kept over a resumption", async () => {
    const { page, client } = await onlinePage();
    page.socket.receive([11, 1, ["p", 0, PATH], [0, 0, "a"]]);
    page.socket.end(1006);
    page.pass(1000);
    page.socket.open();
    page.socket.receive(welcome({ mode: "resumed", state: null, s: 11 }), [12, 1, [0, 1, "b"]]);
    expect(shown(client)).toBe("ab");
  });

  test("are not taken from an old frame, nor from one that is discarded", () => {
    const reader = new FrameReader([PATH]);
    expect(reader.read([5, 1, ["p", 0, ["old"]]], 5)).toBeNull();
    expect(reader.read([9, 1, ["p", 0, ["early"]]], 5)).toBe("gap");
    expect(() => reader.read([6, 1, ["p", 0, ["bad"]], [7, 0, "x"]], 5)).toThrow("no path was named 7");
    expect(reader.read([6, 1, [0, 0, "x"]], 5)).toEqual({ n: 6, o: [["a", PATH, 0, "x"]] });
  });

  test.each([[[]], [[1]], [[1, 2]], [[6, 1, ["p", 64, PATH]]], [[6, 1, ["p", 0]]], [[6, 1, "x"]]])(
    "%j is malformed",
    (frame) => {
      expect(() => new FrameReader([PATH]).read(frame, 5)).toThrow();
    },
  );
});

describe("a snapshot in parts", () => {
  const text = JSON.stringify({ cards: [["n", { view: "markdown", box: "", content: "größer 😀" }]] });
  const announced = welcome({ s: 30, state: null, parts: 2, crc: crc32(text), paths: [PATH] });

  test("is shown once the last part is there", async () => {
    const { page, client } = await onlinePage();
    page.socket.receive(announced, `0/2:${text.slice(0, 50)}`);
    expect(shown(client)).toBe("");
    page.socket.receive(`1/2:${text.slice(50)}`, [31, 1, [0, 9, "!"]]);
    expect(shown(client)).toBe("größer 😀!");
  });

  test.each([
    ["one is missing", [`1/2:${text.slice(50)}`]],
    ["one came twice", [`0/2:${text.slice(0, 50)}`, `0/2:${text.slice(0, 50)}`]],
    ["it is damaged", [`0/2:${text.slice(0, 50)}`, `1/2:${text.slice(50).replace("!", "?").replace("n", "m")}x`]],
  ])("is asked for again when %s", async (_, frames) => {
    const { page, client } = await onlinePage();
    page.socket.receive(announced, ...frames);
    expect(page.socket.all("hello").map((hello) => hello["pos"])).toEqual([null, null]);
    expect(shown(client)).toBe("");
  });

  test("has the sum that every zlib computes", () => {
    expect(crc32("123456789")).toBe(0xcbf43926);
    expect(() => new PartReader(1, 0).add("0/1:{}")).toThrow("damaged");
  });
});
