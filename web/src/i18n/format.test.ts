// @vitest-environment jsdom
import { afterEach, expect, test } from "vitest";
import { size } from "./format";

afterEach(() => {
  document.documentElement.lang = "en";
});

test.each([
  [0, "0 bytes"],
  [1, "1 byte"],
  [999, "999 bytes"],
  [1000, "1 kB"],
  [12_345, "12.3 kB"],
  [99_960, "100 kB"],
  [999_499, "999 kB"],
  [999_950, "1 MB"],
  [12_300_000, "12.3 MB"],
  [3_000_000_000, "3 GB"],
  [5e15, "5,000 TB"],
])("%d bytes are %s", (bytes, said) => {
  document.documentElement.lang = "en";
  expect(size(bytes)).toBe(said);
});

test("a size is written in the page's language", () => {
  document.documentElement.lang = "de";
  expect(size(12_345_678)).toBe("12,3 MB");
  expect(size(1)).toBe("1\u00a0Byte");
});
