// @vitest-environment jsdom
import { afterEach, beforeEach, expect, test } from "vitest";
import { find, markup, press, show } from "../testkit";
import Tooltip from "./Tooltip.svelte";

let shown: boolean;
let leave: () => void;
beforeEach(() => {
  shown = false;
  // jsdom has no popovers.
  for (const [name, state] of [["showPopover", true], ["hidePopover", false]] as const) {
    Object.defineProperty(HTMLElement.prototype, name, { configurable: true, value: () => (shown = state) });
  }
  leave = show(Tooltip, { id: "tip", words: "At most 5 files", children: markup('<button aria-describedby="tip">Attach</button>') });
});
afterEach(() => {
  leave();
});
const point = (type: string): boolean => find("[role=presentation]").dispatchEvent(new Event(type));

test("it describes its control", () => {
  const id = find("button").getAttribute("aria-describedby");
  expect(find(`[role=tooltip][id="${String(id)}"]`).textContent).toBe("At most 5 files");
  expect(shown).toBe(false);
});

test("it shows under the pointer", () => {
  point("pointerenter");
  expect(shown).toBe(true);
  point("pointerleave");
  expect(shown).toBe(false);
});

test("it shows with the focus, and Escape hides it and nothing else", () => {
  find("button").focus();
  expect(shown).toBe(true);
  let heard = false;
  const listen = (): void => void (heard = true);
  addEventListener("keydown", listen);
  press("button", "Escape");
  expect([shown, heard]).toEqual([false, false]);
  press("button", "Escape");
  expect(heard).toBe(true);
  removeEventListener("keydown", listen);
});

test("a tap shows it, and the focus elsewhere hides it", () => {
  find("button").click();
  expect(shown).toBe(true);
  find("button").dispatchEvent(new FocusEvent("focusout", { bubbles: true }));
  expect(shown).toBe(false);
});
