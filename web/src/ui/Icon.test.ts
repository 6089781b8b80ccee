// @vitest-environment jsdom
import { afterEach, expect, test, vi } from "vitest";
import { find, findAll, show as draw } from "../testkit";
import Icon from "./Icon.svelte";

let leave: (() => void) | undefined;
afterEach(() => {
  leave?.();
  leave = undefined;
});

function show(props: { name: string; size?: number }): void {
  leave?.();
  leave = draw(Icon, props);
}

const path = (): string | null => find(".icon path").getAttribute("d");

test("an icon of an app arrives a moment later, one of the interface at once", async () => {
  show({ name: "CheckMark" });
  expect(path()).toMatch(/^M3.37/);
  show({ name: "Airplane" });
  expect(findAll(".icon")).toEqual([]);
  await vi.waitFor(() => {
    expect(path()).toMatch(/^M8.78/);
  });
});

test.each(["NoSuchIcon", "toString", "__proto__"])("%s is not known and shows a ring", async (name) => {
  show({ name, size: 16 });
  await vi.waitFor(() => {
    expect(path()).toMatch(/^M10 6a4 4/);
  });
  expect(find(".icon").getAttribute("width")).toBe("16");
});

test("no name is no icon", async () => {
  show({ name: "" });
  await import("./icons/wave");
  await Promise.resolve();
  expect(findAll(".icon")).toEqual([]);
});
