// @vitest-environment jsdom
import { afterEach, expect, test, vi } from "vitest";
import { find, findAll, markup, press, show } from "../testkit";
import IconButton from "./IconButton.svelte";

let leave: () => void;
afterEach(() => {
  leave();
});
const attributes = (element: Element): Record<string, string> =>
  Object.fromEntries([...element.attributes].map(({ name, value }) => [name, value]));

test("its label is its name and its tooltip, and its icon is decoration", () => {
  const onclick = vi.fn();
  leave = show(IconButton, { label: "Close", icon: "Cancel", size: 16, onclick });
  const button = find("button");
  expect(attributes(button)).toEqual({ class: "icon-btn", type: "button", "aria-label": "Close", title: "Close" });
  expect(attributes(find("button > svg"))).toMatchObject({ "aria-hidden": "true", width: "16" });
  button.click();
  expect(onclick).toHaveBeenCalledOnce();
});

test.each([
  ["pressed", { pressed: false }, { "aria-pressed": "false" }],
  ["expanded", { expanded: true }, { "aria-expanded": "true" }],
  ["the opener of a dialog", { dialog: true }, { "aria-haspopup": "dialog" }],
  ["busy", { busy: true }, { "aria-disabled": "true" }],
  ["disabled", { disabled: true }, { disabled: "" }],
  ["named for tests", { test: "chat-attach" }, { "data-test": "chat-attach" }],
  ["explained by a longer tooltip", { title: "Stop listening" }, { "aria-label": "Speak", title: "Stop listening" }],
])("a button can be %s", (_, props, expected) => {
  leave = show(IconButton, { label: "Speak", icon: "Microphone", ...props });
  expect(attributes(find("button"))).toMatchObject(expected);
});

test("with an address it is a link of the same look and name", () => {
  leave = show(IconButton, { label: "New chat", icon: "EditNote", href: "#new" });
  expect(attributes(find("a"))).toEqual({ class: "icon-btn", href: "#new", "aria-label": "New chat", title: "New chat" });
  expect(findAll("button")).toEqual([]);
});

test("children replace the icon, and keys are passed on", () => {
  const onkeydown = vi.fn();
  leave = show(IconButton, { label: "Edit", class: "edit", children: markup("<i>drawing</i>"), onkeydown });
  expect(find(".icon-btn.edit").textContent).toBe("drawing");
  press("button", "Escape");
  expect(onkeydown).toHaveBeenCalledOnce();
});
