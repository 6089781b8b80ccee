// @vitest-environment jsdom
import { expect, test } from "vitest";
import { fieldOf, timeOf } from "./format";

test("fields are written by their formats", () => {
  expect(fieldOf("price")).toBeUndefined();
  expect(fieldOf("=price")).toEqual({ name: "price", write: undefined });
  const field = fieldOf("=${{intl price minimum_fraction_digits=2 maximum_fraction_digits=2}}");
  expect(field?.name).toBe("price");
  expect(field?.write?.(1234.5)).toBe("$1,234.50");
});

test("days are the reader's own, and moments those that they say", () => {
  expect(timeOf("2026-03-02")).toBe(new Date(2026, 2, 2).getTime());
  expect(timeOf("2026-03-02T10:00:00Z")).toBe(Date.UTC(2026, 2, 2, 10));
  expect(timeOf("1991")).toBe(new Date(1991, 0, 1).getTime());
  expect(timeOf("never")).toBeNaN();
});
