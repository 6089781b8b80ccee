// @vitest-environment jsdom
import { expect, test } from "vitest";
import { colour, loadLanguage } from "./highlight";

test("names of functions and classes have a colour, and the code keeps its characters", async () => {
  await loadLanguage("python");
  const code = "class Cat:\n    def purr(self):\n        return 1\n";
  const coloured = colour(code, "python");
  const words = [...(coloured?.querySelectorAll(".tok-f") ?? [])].map((word) => word.textContent);
  expect(words).toEqual(["Cat", "purr"]);
  expect(coloured?.textContent).toBe(code);
});
