// @vitest-environment jsdom
import { afterEach, expect, test, vi } from "vitest";
import { find, findAll, markup, show } from "../testkit";
import Button from "./Button.svelte";

let leave: () => void;
afterEach(() => {
  leave();
});
const label = markup("<span>Send again</span>");

test("a button is named by its label, submits no form and calls back when it is pressed", () => {
  const onclick = vi.fn();
  leave = show(Button, { onclick, children: label });
  const button = find<HTMLButtonElement>("button");
  expect([button.textContent, button.type, button.className, button.disabled]).toEqual(["Send again", "button", "btn", false]);
  expect(button.hasAttribute("aria-disabled")).toBe(false);
  button.click();
  expect(onclick).toHaveBeenCalledOnce();
});

test("its look, its size and further classes are classes, and an icon stands before the label", () => {
  leave = show(Button, { look: "primary" as const, small: true, icon: "Refresh", class: "skip", children: label });
  expect([...find("button").classList].sort()).toEqual(["btn", "primary", "skip", "small"]);
  expect(find("button").firstElementChild?.matches("svg[aria-hidden=true]")).toBe(true);
});

test("a disabled button cannot be pressed; a busy one keeps the focus and says so", () => {
  const onclick = vi.fn();
  leave = show(Button, { disabled: true, onclick, children: label });
  find("button").click();
  expect(onclick).not.toHaveBeenCalled();
  leave();
  leave = show(Button, { busy: true, children: label });
  find("button").focus();
  expect(document.activeElement).toBe(find("button[aria-disabled=true]"));
});

test("a button that submits does so when it is pressed", () => {
  leave = show(Button, { submit: true, children: label });
  expect(find<HTMLButtonElement>("button").type).toBe("submit");
  expect(findAll("svg")).toEqual([]);
});
