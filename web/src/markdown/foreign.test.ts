// @vitest-environment jsdom
import { beforeEach, describe, expect, test } from "vitest";
import { MarkdownView, policyFor } from "./view";
import "./testing";

let root: HTMLElement;
beforeEach(() => {
  root = document.createElement("div");
  document.body.replaceChildren(root);
});

/** What a browser's translator does: it replaces each text by other nodes. */
function translate(): void {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const texts: Text[] = [];
  while (walker.nextNode()) if (walker.currentNode instanceof Text) texts.push(walker.currentNode);
  for (const text of texts) {
    if (text.parentElement?.closest('[translate="no"]')) continue;
    const font = document.createElement("font");
    font.append(text.data.toUpperCase());
    text.replaceWith(font);
  }
}

describe("a translator replaces text while an answer comes", () => {
  test.each([
    "Some words, **bold** and `code`, then [a link](/x) and *more* of it.\n",
    "- one\n- two **b**\n  - three\n- four\n\nand a paragraph\n",
    "| a | b |\n|---|---|\n| one **x** | two |\n| three | four |\n",
    "> quoted words\n> and more\n\n## Heading *here*\n\nText\n",
    "```py\nprint(1)\nprint(2)\n```\n\nAfter the code\n",
    "A line\nanother $x^2$ and a note[^1]\n\n[^1]: words\n",
  ])("%j", (text) => {
    const view = new MarkdownView(root);
    for (let end = 1; end <= text.length; end++) {
      view.set(text.slice(0, end));
      if (end % 7 === 0) translate();
    }
    view.finish();
    const whole = document.createElement("div");
    new MarkdownView(whole).set(text, true);
    expect(root.textContent.toLowerCase()).toBe(whole.textContent.toLowerCase());
    expect(root.querySelectorAll("code font, .math font").length).toBe(0);
  });
});

describe("marks pile up", () => {
  test.each(["\u0301", "\u20dd", "\u0e48", "\u{1e130}"])("%j", (mark) => {
    const view = new MarkdownView(root);
    const text = `Zalgos${mark.repeat(19_000)} goes on, \`${mark.repeat(200)}\` and e${mark} n${mark.repeat(5)}.`;
    for (let end = 2; end < 60; end += 2) view.set(text.slice(0, end));
    for (let end = 60; end < text.length; end += 998) view.set(text.slice(0, end));
    view.set(text, true);
    const runs = root.textContent.match(/\p{M}+/gu) ?? [];
    expect(runs.map((run) => [...run].length)).toEqual([16, 16, 1, 5]);
    expect(root.textContent.replace(/\p{M}+/gu, "")).toContain("Zalgos goes on");
  });
});

describe("an address of this page", () => {
  const show = (text: string): HTMLElement => {
    new MarkdownView(root, policyFor("ask", true)).set(text, true);
    return root;
  };
  const click = (name: string): MouseEvent => {
    const event = new MouseEvent("click", { bubbles: true, cancelable: true });
    [...root.querySelectorAll("a")].find((link) => link.textContent === name)?.dispatchEvent(event);
    return event;
  };

  test.each([
    ["[Intro](#intro)\n\n## Intro\n", "Intro"],
    ["[x](#what-is-it)\n\n# What *is* it?\n", "What is it?"],
    ["[x](#einf%C3%BChrung)\n\n### Einführung\n", "Einführung"],
    ["[x](#简介)\n\n### 简介\n", "简介"],
    ["[x](#step-1)\n\n## Step\n\na\n\n## Step\n", "Step"],
    ["[x](#1-the-plan)\n\n## 1. The `plan`\n", "1. The plan"],
  ])("goes to the heading: %j", (text, words) => {
    const scrolled: string[] = [];
    Element.prototype.scrollIntoView = function (this: Element) {
      scrolled.push(this.textContent);
    };
    show(text);
    const event = click(root.querySelector("a")?.textContent ?? "");
    expect([event.defaultPrevented, scrolled.map((one) => one.trim())]).toEqual([true, [words.trim()]]);
  });

  test("of no heading is text", () => {
    expect(show("[a](#nowhere) and [b](#)").querySelector("a")?.hasAttribute("href")).toBe(false);
  });

  test("leads to a place of the app that the card names", () => {
    const view = new MarkdownView(root, policyFor("ask", true), () => undefined, undefined, ["#docs/", "go"]);
    view.set("[a](#docs/stop) and [b](#delete/7)", true);
    expect(Array.from(root.querySelectorAll("a"), (link) => link.getAttribute("href"))).toEqual(["#docs/stop", null]);
    expect([click("a").defaultPrevented, click("b").defaultPrevented]).toEqual([false, false]);
  });

  test.each(["/mnt/data/report.csv", "report.csv", "../x", "./a.md#b", "docs#a"])("opens a new tab: %s", (href) => {
    expect(show(`[report](${href})`).querySelector("a")?.target).toBe("_blank");
  });

  test.each(["sandbox:/mnt/data/report.csv", "file:///mnt/data/report.csv"])("that no browser can open is text: %s", (href) => {
    expect(show(`[report](${href})`).querySelector("a")).toBeNull();
  });

  test("in a card of the app stays one of the app", () => {
    new MarkdownView(root).set("[x](#menu) [y](/other)", true);
    expect(Array.from(root.querySelectorAll("a"), (link) => [link.getAttribute("href"), link.target])).toEqual([["#menu", ""], ["/other", ""]]);
    expect(click("x").defaultPrevented).toBe(false);
  });
});
