import { expect, test, vi } from "vitest";
import { Commands } from "./commands.svelte";

test("a command runs while somebody offers it and it is available", () => {
  const commands = new Commands();
  expect([commands.available("stop"), commands.run("stop")]).toEqual([false, false]);

  let writing = true;
  const run = vi.fn();
  const end = commands.offer({ stop: { run, available: () => writing } });
  expect([commands.available("stop"), commands.run("stop")]).toEqual([true, true]);

  writing = false;
  expect([commands.available("stop"), commands.run("stop")]).toEqual([false, false]);
  expect(run).toHaveBeenCalledOnce();

  writing = true;
  end();
  expect(commands.run("stop")).toBe(false);
});

test("what is not offered here is looked for above, and a run may find that there is nothing to do", () => {
  const page = new Commands();
  const chat = new Commands(page);
  const sidebar = vi.fn();
  page.offer({ sidebar: { run: sidebar } });
  chat.offer({ actions: { run: () => false } });
  expect([chat.run("sidebar"), page.run("actions"), chat.run("actions")]).toEqual([true, false, false]);
  expect(sidebar).toHaveBeenCalledOnce();
});

test("the last to offer a command counts, and its end does not take that of another", () => {
  const commands = new Commands();
  const [one, other] = [vi.fn(), vi.fn()];
  const end = commands.offer({ sidebar: { run: one } });
  commands.offer({ sidebar: { run: other } });
  end();
  commands.run("sidebar");
  expect([one.mock.calls.length, other.mock.calls.length]).toEqual([0, 1]);
});
