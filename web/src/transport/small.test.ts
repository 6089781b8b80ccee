import { describe, expect, test } from "vitest";
import { MAX_DELAY_MS, reconnectDelay } from "./backoff";
import { uuid7Maker } from "./uuid7";

describe("reconnectDelay", () => {
  test("is drawn from the whole of a range that doubles", () => {
    expect([0, 1, 2, 3, 4, 5, 1000].map((attempt) => reconnectDelay(attempt, () => 0.5))).toEqual([
      500, 1000, 2000, 4000, 7500, 7500, 7500,
    ]);
    expect(reconnectDelay(9, () => 0)).toBe(0);
    expect(reconnectDelay(9, () => 0.999)).toBeLessThan(MAX_DELAY_MS);
  });
});

describe("uuid7", () => {
  const random = (bytes: Uint8Array) => void bytes.fill(0xff);

  test("has the form of version 7 and carries the time", () => {
    const id = uuid7Maker(() => 0x0123_4567_89ab, random)();
    expect(id).toMatch(/^01234567-89ab-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  test("sorts by the order in which ids were made, whatever the clock does", () => {
    const times = [1000, 1000, 999, 1001, 500, 500];
    const next = uuid7Maker(() => times.shift() ?? 400, random);
    const ids = Array.from({ length: 9000 }, next);
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
