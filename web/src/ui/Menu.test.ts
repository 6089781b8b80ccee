// @vitest-environment jsdom
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { click, draw, FakeClient, find, findAll, press } from "../testkit";
import App from "../app/App.svelte";
import type { Json } from "../page/state";

const command = (label: string, more: Record<string, Json> = {}): Json => ({ name: label.toLowerCase(), label, ...more });
const commands: Json = [
  command("Copy"),
  command("Copy all"),
  command("Edit", { items: [command("Cut"), command("Paste")] }),
  command("Größe"),
];
const OPENER = "button[aria-haspopup=menu]";
const MENU = "[role=menu]";
let client: FakeClient;
let leave: () => void;

beforeEach(async () => {
  for (const [name, state] of [["showPopover", "open"], ["hidePopover", "closed"]] as const) {
    Object.defineProperty(HTMLElement.prototype, name, {
      configurable: true,
      value(this: HTMLElement) {
        this.dispatchEvent(Object.assign(new Event("toggle"), { newState: state }));
      },
    });
  }
  client = new FakeClient();
  client.page.load({ cards: [["form", { view: "form", box: "1 1 4 4", items: [], commands }]] });
  leave = draw(App, client);
  await vi.waitFor(() => find(OPENER), { timeout: 10_000 });
});
afterEach(() => {
  leave();
  vi.useRealTimers();
});
const at = (): string => document.activeElement?.textContent.trim() ?? "";

test("groups are announced under their names", () => {
  const group = find(`${MENU} [role=group]`);
  expect(document.getElementById(group.getAttribute("aria-labelledby") ?? "")?.textContent).toBe("Edit");
  expect([...group.querySelectorAll("[role=menuitem]")].map((one) => one.textContent.trim())).toEqual(["Cut", "Paste"]);
  expect(findAll(`${MENU} [role=presentation]`)).toEqual([]);
});

test("letters of a second belong together, and the same letter again goes on", () => {
  vi.useFakeTimers();
  click(OPENER);
  for (const key of "cu") press(MENU, key);
  expect(at()).toBe("Cut");
  vi.advanceTimersByTime(1000);
  const seen = ["c", "c", "c"].map((key) => (press(MENU, key), at()));
  expect(seen).toEqual(["Copy", "Copy all", "Cut"]);
  vi.advanceTimersByTime(1000);
  for (const key of "copy a") press(MENU, key);
  expect(at()).toBe("Copy all");
  vi.advanceTimersByTime(1000);
  for (const key of "GRÖ") press(MENU, key);
  expect(at()).toBe("Größe");
});

test("arrows go round, Home and End to the ends, Escape and Tab back to the button", () => {
  press(OPENER, "ArrowUp");
  expect(at()).toBe("Größe");
  const go = (key: string): string => (press(MENU, key), at());
  expect(["ArrowDown", "ArrowUp", "Home", "End", "ArrowUp"].map(go)).toEqual(["Copy", "Größe", "Copy", "Größe", "Paste"]);
  press(MENU, " ");
  expect(client.sent.at(-1)).toMatchObject({ name: "paste", args: { paste: true } });
  expect(document.activeElement).toBe(find(OPENER));
});
