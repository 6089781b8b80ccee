// @vitest-environment jsdom
import { afterEach, expect, test } from "vitest";
import { Commands } from "../ui/commands.svelte";
import { commandFor, groups, keysOf, listed } from "./commands";

const commands = new Commands();
for (const id of ["next", "previous", "actions", "copyAnswer", "copyCode", "compose", "search", "help"]) commands.offer({ [id]: { run: () => true } });

interface Pressed extends KeyboardEventInit {
  on?: string;
  within?: boolean;
  singleKeys?: boolean;
}
function press(key: string, { on = "div", within = true, singleKeys = true, ...more }: Pressed = {}): string | undefined {
  const target = document.createElement(on);
  document.body.append(target);
  let id: string | undefined;
  target.addEventListener("keydown", (event) => (id = commandFor(event, commands, within, singleKeys)));
  target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, ...more }));
  return id;
}

afterEach(() => {
  document.body.replaceChildren();
});

test.each([
  ["j", "next", {}],
  ["ArrowUp", "previous", { altKey: true }],
  ["C", "copyCode", { shiftKey: true }],
  ["k", "search", { ctrlKey: true }],
  ["k", "search", { ctrlKey: true, on: "textarea" }],
  ["Enter", "actions", { on: "article" }],
  ["/", "compose", {}],
  ["Escape", "compose", {}],
  ["?", "help", {}],
])("%s runs %s", (key, id, more) => {
  expect(press(key, more)).toBe(id);
});

test.each([
  ["j", { on: "input" }],
  ["j", { singleKeys: false }],
  ["j", { ctrlKey: true }],
  ["Enter", {}],
  ["ArrowUp", { on: "textarea" }],
  ["Escape", { within: false }],
  ["Escape", { shiftKey: true }],
  ["s", {}], // there is no sidebar
])("%s is nobody's with %o", (key, more) => {
  expect(press(key, more)).toBeUndefined();
});

test("Escape stops an answer first, also while something is typed", () => {
  const end = commands.offer({ stop: { run: () => true } });
  expect(press("Escape", { on: "textarea" })).toBe("stop");
  end();
  expect(press("Escape", { on: "textarea" })).toBeUndefined();
});

test("the list has what can be done, Stop also between answers", () => {
  const ids = listed(commands, false).flatMap(({ shortcuts }) => shortcuts.map(({ id }) => id));
  expect(ids).toEqual(["next", "previous", "actions", undefined, undefined, "copyAnswer", "copyCode", "stop", "compose", undefined, undefined, "search", "help"]);
  const end = commands.offer({ sidebar: { run: () => true } });
  expect(listed(commands, false).flatMap(({ shortcuts }) => shortcuts.map(({ id }) => id))).toContain("sidebar");
  end();
});

test("keys are written as they stand on a keyboard", () => {
  const written = groups(true).flatMap(({ shortcuts }) => shortcuts.map(({ keys }) => keys.map((key) => keysOf(key).join(" ")).join(" or ")));
  expect(written).toEqual(["j or Alt ↓", "k or Alt ↑", "Enter", "End", "Home", "c", "Shift c", "Esc", "/ or Esc", "Ctrl Enter", "Enter", "↑", "Ctrl K", "s", "?"]);
});
