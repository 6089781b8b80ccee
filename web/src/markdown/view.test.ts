// @vitest-environment jsdom
import { beforeEach, describe, expect, test, vi } from "vitest";
import { MarkdownView } from "./view";
import { outline } from "./testing";

let root: HTMLElement;
let view: MarkdownView;
let lexed = 0;
beforeEach(() => {
  root = document.createElement("div");
  document.body.replaceChildren(root);
  lexed = 0;
  view = new MarkdownView(root, undefined, undefined, (count) => (lexed += count));
});

/** Write a text as a model does, a few characters at a time. */
function stream(text: string, step = 7): void {
  for (let at = step; at < text.length + step; at += step) view.set(text.slice(0, at));
}

describe("blocks", () => {
  test("headings begin below those of the page", () => {
    view.set("# a\n## b\n### c\n#### d\n##### e\n###### f\n");
    expect([...root.children].map((node) => node.tagName)).toEqual(["H3", "H4", "H5", "H6", "H6", "H6"]);
  });

  test("the outermost find out their direction, code runs from left to right", () => {
    view.set("# a\n\nb\n\n> c\n\n- d\n\n```\ne\n```\n\n|f|\n|-|\n");
    expect([...root.children].map((node) => node.getAttribute("dir"))).toEqual(["auto", "auto", "auto", "auto", "ltr", "auto"]);
    expect(root.querySelector("li")?.hasAttribute("dir")).toBe(false);
  });

  test("tables have header cells, alignment and a box that scrolls", () => {
    view.set("| a | b | c |\n|---|:-:|--:|\n| 1 | *2* | 3 |\n");
    const cells = [...root.querySelectorAll("div.table > table > tbody td")];
    expect(cells.map((cell) => [cell.textContent, cell.className])).toEqual([["1", ""], ["2", "center"], ["3", "right"]]);
    expect(root.querySelector("th")?.scope).toBe("col");
  });

  test("tasks have boxes that say what they show", () => {
    view.set("- [x] a\n- [ ] b\n");
    const boxes = [...root.querySelectorAll("input")];
    expect(boxes.map((box) => [box.checked, box.disabled, box.getAttribute("aria-label")])).toEqual([
      [true, true, "done"],
      [false, true, "to do"],
    ]);
  });

  test("strikethrough, bare addresses, entities and breaks", () => {
    view.set("~~a~~ https://example.com/x &copy;&#35;&notit; b  \nc\\\nd");
    expect(root.querySelector("del")?.textContent).toBe("a");
    expect(root.querySelector("a")?.getAttribute("href")).toBe("https://example.com/x");
    expect(root.textContent).toContain("©#&notit; b");
    expect(root.querySelectorAll("br").length).toBe(2);
  });

  test("a list that turns out to have blank lines gets paragraphs", () => {
    view.set("3. a\n4. b\n");
    expect(root.querySelectorAll("p").length).toBe(0);
    view.set("3. a\n4. b\n\n5. c\n");
    expect(root.querySelectorAll("li > p").length).toBe(3);
    expect(root.querySelector("ol")?.getAttribute("start")).toBe("3");
  });
});

describe("code", () => {
  test("has a head with the language and a button that copies", async () => {
    const writeText = vi.fn(() => Promise.resolve());
    vi.stubGlobal("navigator", { clipboard: { writeText } });
    view.set("```py title\nprint(1)\n\nx\n```\n");
    const block = root.querySelector("div.code");
    expect(block?.querySelector("div.code-head > span.lang")?.textContent).toBe("py");
    expect(block?.querySelector("pre > code.language-py")?.textContent).toBe("print(1)\n\nx");
    const button = block?.querySelector<HTMLButtonElement>("div.code-head > button.copy");
    expect([button?.type, button?.textContent, button?.getAttribute("aria-label")]).toEqual(["button", "Copy", "Copy: py"]);
    vi.useFakeTimers();
    button?.click();
    await vi.advanceTimersByTimeAsync(0);
    expect(writeText.mock.calls).toEqual([["print(1)\n\nx"]]);
    expect([button?.textContent, button?.getAttribute("aria-label")]).toEqual(["Copied", "Copied"]);
    await vi.advanceTimersByTimeAsync(2000);
    expect([button?.textContent, button?.getAttribute("aria-label")]).toEqual(["Copy", "Copy: py"]);
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  test("is copied from where it stands where there is no clipboard, or left selected", async () => {
    vi.stubGlobal("navigator", {});
    const taken: (string | undefined)[] = [];
    document.execCommand = () => taken.push(getSelection()?.toString()) === 1;
    view.set("```\nabc\n```\n");
    const button = root.querySelector<HTMLButtonElement>("button.copy");
    button?.click();
    await vi.waitFor(() => expect(button?.textContent).toBe("Copied"));
    expect(getSelection()?.toString()).toBe("");
    button?.click();
    await vi.waitFor(() => expect(taken).toEqual(["abc", "abc"]));
    expect(getSelection()?.toString()).toBe("abc");
    vi.unstubAllGlobals();
  });

  test("grows in its one text node without a parser, and ends where its fence does", () => {
    const code = "const x = `${1}`; // ``\n".repeat(200);
    view.set("```js\n");
    const text = root.querySelector("code")?.firstChild;
    const before = lexed;
    stream("```js\n" + code);
    expect(lexed - before).toBeLessThan(50);
    expect(root.querySelector("code")?.firstChild).toBe(text);
    view.set("```js\n" + code + "```\nafter");
    expect(root.querySelector("code")?.firstChild).toBe(text);
    expect(root.querySelector("code")?.textContent).toBe(code.slice(0, -1));
    expect(root.querySelector("p")?.textContent).toBe("after");
  });

  test("never shows half of its closing fence, and all of it that is none", () => {
    for (const end of ["`", "``", "  `"]) {
      view.set("```\na\n");
      view.set("```\na\n" + end);
      expect(root.querySelector("code")?.textContent).toBe("a");
      view.finish();
      expect(root.querySelector("code")?.textContent).toBe("a\n" + end);
      view.set("");
    }
    stream("```\na\n``b\n", 1);
    expect(root.querySelector("code")?.textContent).toBe("a\n``b");
  });
});

describe("a text that grows", () => {
  const reply = [
    "Here is what I *found* about [streams](https://example.com/a).\n\n",
    "## Steps\n\n1. Open the **door**\n2. Walk `through`\n   - slowly\n   - with care\n\n",
    "```py\ndef walk(door):\n    return door.open()\n```\n\n",
    "| step | cost |\n|------|-----:|\n| open | 1 |\n| walk | 20 |\n\n",
    "> A quote that goes on\n> for two lines.\n\nAnd a paragraph of some length that ends the part, with ~~nothing~~ something.\n\n",
  ].join("");

  test("costs work by its length: twice the text, at most 2.5 times the characters parsed", () => {
    stream(reply.repeat(8));
    const once = lexed;
    view.set("");
    lexed = 0;
    stream(reply.repeat(16));
    expect(lexed / once).toBeLessThan(2.5);
    expect(root.querySelectorAll("table").length).toBe(16);
  });

  test("keeps the nodes that are settled, and the text node that is written to", () => {
    view.set("one\n\ntwo and");
    const [one, two] = [root.children[0], root.children[1]?.firstChild];
    view.set("one\n\ntwo and more\n\nthree");
    expect(root.children[0]).toBe(one);
    expect(root.children[1]?.firstChild).toBe(two);
    expect(root.children[1]?.textContent).toBe("two and more");
  });

  test("keeps a selection in what is being written", () => {
    view.set("select me");
    const text = root.querySelector("p")?.firstChild;
    if (!text) throw new Error("no text");
    getSelection()?.setBaseAndExtent(text, 0, text, 6);
    for (const next of ["select me, I", "select me, I stay *a", "select me, I stay *a*\n\n- and so\n- on\n"]) view.set(next);
    expect(getSelection()?.toString()).toBe("select");
  });

  test("keeps rows and items that are complete", () => {
    view.set("- a\n- b");
    const item = root.querySelector("li");
    view.set("- a\n- b and\n- c");
    expect(root.querySelector("li")).toBe(item);
    view.set("|x|\n|-|\n|1|\n|2");
    const row = root.querySelector("td");
    view.set("|x|\n|-|\n|1|\n|2|\n|3|\n");
    expect(root.querySelector("td")).toBe(row);
    expect(root.querySelectorAll("tbody tr").length).toBe(3);
  });

  test("finds definitions that come at its end", () => {
    stream("See [a] and [the other][b].\n\nText.\n\n[a]: /a\n[b]: /b 'B'\n\nEnd.\n");
    view.finish();
    expect([...root.querySelectorAll("a")].map((link) => link.getAttribute("href"))).toEqual(["/a", "/b"]);
    const count = lexed;
    view.finish();
    expect(lexed).toBe(count);
  });

  test("goes on after it seemed complete", () => {
    view.set("a **b");
    view.finish();
    view.set("a **b**\n\nc");
    view.finish();
    expect(root.textContent).toBe("a bc");
    expect(root.querySelector("strong")?.textContent).toBe("b");
  });

  test("shows nothing twice when a line of white space begins", () => {
    const text = "    code\n\\[\na\n\\]\n ";
    for (let end = 1; end <= text.length; end++) view.set(text.slice(0, end));
    view.finish();
    expect(root.querySelectorAll(".code").length).toBe(1);
  });

  test("may be replaced by another", () => {
    stream("```\nabc\n");
    view.set("- x");
    expect(root.textContent).toBe("x");
    view.set("");
    expect(root.childNodes.length).toBe(0);
  });

  test("leaves nothing behind", () => {
    view.set("a");
    view.destroy();
    expect(root.childNodes.length).toBe(0);
  });

  test("is not fooled by line ends that come in two pieces", () => {
    stream("a\r\n\r\n- b\r\n- c\r\n", 1);
    expect(root.querySelectorAll("li").length).toBe(2);
    expect(root.textContent).not.toContain("\r");
  });
});

describe("a long text", () => {
  const blocks = Array.from({ length: 40 }, (_, i) => (i % 9 === 7 ? `## Part ${String(i)}` : `Words of block ${String(i)}.`));

  test("stands in runs, in order, and no block that was there is moved", () => {
    const places = new Map<Element, Element | null>();
    const text = blocks.join("\n\n");
    for (let at = 1; at <= text.length; at++) {
      view.set(text.slice(0, at));
      for (const block of root.querySelectorAll(":scope > :not(.run), .run > *")) {
        expect(block.parentElement).toBe(places.get(block) ?? block.parentElement);
        places.set(block, block.parentElement);
      }
    }
    view.finish();
    const whole = document.createElement("div");
    new MarkdownView(whole).set(text, true);
    expect(outline(root)).toBe(outline(whole));
    const runs = [...root.querySelectorAll(":scope > .run")];
    expect(runs.length).toBeGreaterThan(2);
    for (const run of runs.slice(0, -1)) expect(run.lastElementChild?.tagName).not.toBe("H4");
  });

  test("says where its last letter is while it grows, and not afterwards", () => {
    const at = (text: string): string | undefined => {
      view.set(text);
      return root.querySelector("[data-end]")?.tagName;
    };
    expect(at("Words")).toBe("P");
    expect(at("Words\n\n- one")).toBe("SPAN");
    expect(at("Words\n\n- one\n\n```py\nx = 1")).toBe("CODE");
    expect(root.querySelectorAll("[data-end]")).toHaveLength(1);
    view.finish();
    expect(root.querySelectorAll("[data-end]")).toHaveLength(0);
  });
});
