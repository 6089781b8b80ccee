import { expect, test } from "vitest";
import { SentenceReader } from "./sentences";

test("whole sentences come out once, however the text arrives", () => {
  const text = "Hello there. This costs 3.50 in all! See [the docs](https://x.y/z.html).\n\n- **One** point\n- another";
  const reader = new SentenceReader();
  const said: string[] = [];
  for (let end = 1; end <= text.length; end++) {
    const words = reader.next(text.slice(0, end));
    if (words !== "") said.push(words);
  }
  said.push(reader.rest(text));
  expect(said).toEqual(["Hello there.", "This costs 3.50 in all!", "See the docs.", "One point", "another"]);
});

test("a text that starts anew is read anew", () => {
  const reader = new SentenceReader();
  reader.next("One. Two. ");
  expect(reader.next("New. ")).toBe("New.");
});

test("marks, fences and the lines of tables are not words", () => {
  const reader = new SentenceReader();
  expect(reader.rest("## A *head*\n\n> said\n\n| a | b |\n|---|:-:|\n| 1 | 2 |\n\n```py\nx\n```\n1 - 2 [a](/b) ![c](d)\n")).toBe(
    "A head said a b 1 2 x 1 - 2 a c",
  );
});

const worst: readonly string[] = [
  "\n", "\r", "\r\n", " ", "\t", "\v", "\u00a0", "\u200b", "\u2028", "\ufeff", ".", "?!", "…", "7", "1.", '"', "’", ")", ".)", "* ", "_", "`", "~",
  "|", "| ", "|-", ":|-", "\n|", "\n ", "- ", "# ", "> ", "[", "![", "]", "](", "[a](", "[](", "(", "。", "！", "、", "\u{1f600}", "e\u0301", "\u0301", "a b ",
];

/** Read a text that comes in one piece, and one that grows by a few characters at a time; in milliseconds. */
function reading(text: string): number {
  const start = performance.now();
  new SentenceReader().rest(text);
  const growing = new SentenceReader();
  for (let end = 0; end <= text.length; end += 500) growing.next(text.slice(0, end));
  growing.rest(text);
  return performance.now() - start;
}

test.each(worst)("100,000 characters of %j take as long as twice 50,000", (piece) => {
  const text = piece.repeat(Math.ceil(100_000 / piece.length));
  const [half, whole] = [50_000, 100_000].map((length) => Math.min(...[0, 1, 2].map(() => reading(text.slice(0, length)))));
  // A square would be minutes; the second is for a machine that is busy.
  expect(whole).toBeLessThan(4 * (half ?? 0) + 1000);
});
