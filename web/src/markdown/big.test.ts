// @vitest-environment jsdom
import { describe, expect, test } from "vitest";
import { MarkdownView } from "./view";
import "./testing";

/** One block of 100 kB; 32 characters are about 8 tokens. */
const SIZE = 100_000;
const PIECE = 32;

const blocks: Record<string, string> = {
  list: "- an item of *some* length with a [link](/x)\n",
  table: "| a cell | `code` | **bold** words and more |\n",
  paragraph: "words that go on and on, and *some* of them `stand` out. ",
  code: "  const value = compute(first, second); // a comment\n",
};
const heads: Record<string, string> = { table: "| one | two | three |\n|---|:-:|--:|\n", code: "```js\n" };

describe("a single block of 100 kB that comes in small pieces", () => {
  test.each(Object.keys(blocks))("%s: work in proportion to the text, nodes that stay, the same in the end", async (kind) => {
    const part = blocks[kind] ?? "";
    const text = (heads[kind] ?? "") + part.repeat(Math.ceil(SIZE / part.length));
    const root = document.createElement("div");
    let lexed = 0;
    let most = 0;
    const view = new MarkdownView(root, undefined, undefined, (count) => {
      lexed += count;
      most += 1;
    });
    let changes = 0;
    const observer = new MutationObserver((records) => {
      for (const record of records) changes += record.type === "characterData" ? 1 : record.addedNodes.length + record.removedNodes.length;
    });
    observer.observe(root, { childList: true, characterData: true, subtree: true });
    let first: Node | null = null;
    for (let end = PIECE; end < text.length; end += PIECE) {
      view.set(text.slice(0, end));
      if (end === PIECE * 40) first = root.querySelector("li, td, code, p");
      if (end % (PIECE * 100) === 0) await Promise.resolve();
    }
    view.finish();
    view.set(text, true);
    await Promise.resolve();
    const pieces = text.length / PIECE;
    expect(lexed).toBeLessThan(140 * text.length);
    expect(most).toBeLessThan(pieces);
    // What is drawn stays: about one change for each piece and each node there is.
    expect(changes).toBeLessThan(3 * (pieces + root.querySelectorAll("*").length));
    expect(root.contains(first)).toBe(true);
    const whole = document.createElement("div");
    new MarkdownView(whole).set(text, true);
    expect(root.innerHTML === whole.innerHTML).toBe(true);
  });

  test("what has come is shown after a moment, also when nothing follows", async () => {
    const root = document.createElement("div");
    const view = new MarkdownView(root);
    const text = "- an item\n".repeat(2_000);
    view.set(text);
    view.set(`${text}- **last** one`);
    expect(root.querySelectorAll("strong").length).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(root.querySelectorAll("strong").length).toBe(1);
  });
});
