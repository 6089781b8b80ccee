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
