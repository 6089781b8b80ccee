// @vitest-environment jsdom
import { beforeAll, describe, expect, test } from "vitest";
import { MarkdownView, type Source } from "../view";
import extensions from "../extensions/all";
import { setExtensions } from "../extensions";
import { openPolicy } from "../testing";

const source = (at: number, href?: string): Source => ({
  at,
  number: String(at),
  title: `T${String(at)}`,
  target: href === undefined ? undefined : { href, external: true },
  host: "",
  label: `Source ${String(at)}: T${String(at)}`,
});
const SOURCES = [source(1, "https://one.example/"), source(2), source(3, "https://three.example/")];

beforeAll(() => {
  setExtensions(extensions);
});

function make(sources: readonly Source[] | undefined = SOURCES) {
  const root = document.createElement("div");
  const view = new MarkdownView(root, openPolicy);
  view.cite(sources);
  return { root, view };
}

function shown(text: string, sources: readonly Source[] | undefined = SOURCES): HTMLElement {
  const { root, view } = make(sources);
  view.set(text, true);
  return root;
}

const links = (root: HTMLElement): (string | null)[] => Array.from(root.querySelectorAll("a"), (link) => link.getAttribute("aria-label"));

const REPLIES = [
  "Sales grew [1], most in the north [2][3].",
  "**Bold [1] words**, and *so [2, 3] on*.",
  "- one [1]\n- two [2]\n\n| a | b |\n|---|---|\n| x [1] | y [3] |\n",
  "No source [7], a half known one [1, 9].",
  "# Head [1]\n\n> quote [2]\n\nA note[^1] and [a link [1] within](/x) and [2](/y).\n\n[^1]: Words [3].\n",
  "`[1]` and\n\n```\nlist[1]\n```\n",
  "Defined [1] here.\n\n[1]: /defined\n",
];

describe("numbers in brackets", () => {
  test("lead to the sources of the message", () => {
    const root = shown("Sales grew [1], most in the north [2, 3].");
    expect(root.textContent).toBe("Sales grew 1, most in the north 23.");
    expect(links(root)).toEqual(["Source 1: T1", "Source 2: T2", "Source 3: T3"]);
    expect(root.querySelector("a")?.href).toBe("https://one.example/");
    expect(root.querySelector("a")?.rel).toContain("noopener");
  });

  test.each([
    ["of no source", "See [7]."],
    ["in code", "`[1]`"],
    ["in a block of code", "```\nlist[1]\n```"],
    ["behind a backslash", "So \\[1]"],
  ])("%s are what was written", (_name, text) => {
    expect(links(shown(text))).toEqual([]);
    expect(shown(text).textContent).toContain(text.replace(/[`\\]/g, "").trim());
  });

  test("of which only some have a source keep their brackets", () => {
    const root = shown("So [1, 9].");
    expect(root.textContent).toBe("So [1, 9].");
    expect(links(root)).toEqual(["Source 1: T1"]);
  });

  test("within a link, or with an address of their own, are those links", () => {
    expect(links(shown("[a [1] b](/x) and [2](/y)"))).toEqual([null, null]);
    expect(shown("See [1].\n\n[1]: /defined").querySelector("a")?.getAttribute("href")).toBe("/defined");
  });

  test("stay brackets in a text that has no sources at all", () => {
    const root = document.createElement("div");
    new MarkdownView(root, openPolicy).set("See [1].", true);
    expect(root.firstElementChild?.innerHTML).toBe("See [1].");
  });

  test.each(REPLIES)("come out the same by characters and in one shot: %j", (text) => {
    const { root, view } = make();
    for (let end = 1; end <= text.length; end++) view.set(text.slice(0, end));
    view.finish();
    expect(root.innerHTML).toBe(shown(text).innerHTML);
  });

  test.each(REPLIES)("come out the same when the sources come last, and the nodes stay: %j", (text) => {
    const { root, view } = make([]);
    view.set(text, true);
    const paragraph = root.firstElementChild;
    view.cite(SOURCES);
    expect(root.innerHTML).toBe(shown(text).innerHTML);
    expect(root.firstElementChild).toBe(paragraph);
  });

  test("never show half of themselves while they are written", () => {
    const { root, view } = make();
    const text = "Sales grew [1], most in the north [2, 3] and so on.";
    for (let end = 1; end <= text.length; end++) {
      view.set(text.slice(0, end));
      expect(root.textContent).not.toMatch(/\[/);
    }
  });

  test("keep the link that has the focus while the text goes on", () => {
    const { root, view } = make();
    document.body.append(root);
    view.set("Sales grew [1], most");
    const link = root.querySelector("a");
    link?.focus();
    view.set("Sales grew [1], most in the north [2] and");
    expect(document.activeElement).toBe(link);
    root.remove();
  });
});
