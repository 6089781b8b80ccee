// @vitest-environment jsdom
import { beforeAll, describe, expect, test } from "vitest";
import { MarkdownView } from "./view";
import { loadMath } from "./math/view";
import { harmless as check } from "./harmless";
import "./testing";
import { payloads } from "./xss";

beforeAll(loadMath);

describe("hostile text", () => {
  test("is there in numbers", () => {
    expect(payloads.length).toBeGreaterThan(250);
  });

  test.each(payloads.map((payload) => [payload.slice(0, 80), payload]))("%j", (_, payload) => {
    const root = document.createElement("div");
    document.body.replaceChildren(root);
    const view = new MarkdownView(root);
    const step = Math.max(3, Math.floor(payload.length / 200));
    for (let end = 1; end < payload.length; end += step) {
      view.set(payload.slice(0, end));
      if (end < 400) check(root);
    }
    view.set(payload, true);
    check(root);
    expect("__xss" in window).toBe(false);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });
});

describe("text without end", () => {
  // Characters parsed and not time, which other programs change.
  const bombs = ["[", "*", "`", "mailto:", '"', "> ", "- ", "| a ", "$", "\\(", "![", "<", "&", "_a", "~~", "[^", "$$\n", "**a "];
  test.each(bombs)("%j, 100 kB of it in pieces, costs characters by its length", (bomb) => {
    const text = bomb.repeat(Math.ceil(100_000 / bomb.length));
    let lexed = 0;
    const root = document.createElement("div");
    const view = new MarkdownView(root, undefined, undefined, (count) => (lexed += count));
    for (let end = 1_000; end < text.length; end += 1_000) view.set(text.slice(0, end));
    view.set(text, true);
    expect(lexed).toBeLessThan(80 * text.length);
    expect(root.textContent.length).toBeGreaterThanOrEqual(0);
  });
});
