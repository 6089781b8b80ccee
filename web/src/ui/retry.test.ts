// @vitest-environment jsdom
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { draw, FakeClient } from "../testkit";
import App from "../app/App.svelte";
import { again, AGAIN_MS } from "./retry";
import { fetched } from "./lazy.svelte";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A part that fails to load for some times, and then is there. */
function part(failures: number): { attempts: number; load: () => Promise<{ default: string }> } {
  const it = {
    attempts: 0,
    load: () => (++it.attempts > failures ? Promise.resolve({ default: "here" }) : Promise.reject(new Error("away"))),
  };
  return it;
}

const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 4; turn++) await Promise.resolve();
};

test("what fails is tried again every 3 s, once each", async () => {
  const [one, other] = [part(2), part(2)];
  const parts = [fetched(one.load), fetched(other.load)];
  for (const it of parts) it();
  await settled();
  for (const attempts of [1, 2]) {
    vi.advanceTimersByTime(AGAIN_MS - 1);
    expect([one.attempts, other.attempts]).toEqual([attempts, attempts]);
    vi.advanceTimersByTime(1);
    await settled();
  }
  expect(parts.map((it) => it()?.default)).toEqual(["here", "here"]);
  vi.advanceTimersByTime(10 * AGAIN_MS);
  expect([one.attempts, other.attempts]).toEqual([3, 3]);
});

test("the browser's word that the network is back is enough", () => {
  const attempt = vi.fn();
  again(attempt);
  dispatchEvent(new Event("online"));
  expect(attempt).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(AGAIN_MS);
  expect(attempt).toHaveBeenCalledTimes(1);
});

test("so is the connection, when it is there again", () => {
  const client = new FakeClient();
  client.set({ status: "reconnecting" });
  const leave = draw(App, client);
  const attempt = vi.fn();
  again(attempt);
  vi.advanceTimersByTime(AGAIN_MS - 1);
  expect(attempt).not.toHaveBeenCalled();
  client.set({ status: "online" });
  expect(attempt).toHaveBeenCalledTimes(1);
  leave();
});
