// @vitest-environment jsdom
import { expect, test } from "vitest";
import { MarkdownView, policyFor } from "./view";
import "./testing";

const text = "![a](https://a.example/x.png) ![b](https://b.example/x.png) ![c](http://a.example/x.png) ![d](/d.png)";

function sources(images: Parameters<typeof policyFor>[0]): (string | null)[] {
  const root = document.createElement("div");
  new MarkdownView(root, policyFor(images)).set(text, true);
  return [...root.querySelectorAll("img")].map((image) => image.getAttribute("src"));
}

test("of other sites wait for a click, unless the app allows all or their host", () => {
  expect(sources("ask")).toEqual(["/d.png"]);
  expect(sources([])).toEqual(["/d.png"]);
  expect(sources(["a.example"])).toEqual(["https://a.example/x.png", "/d.png"]);
  expect(sources("allow")).toEqual(["https://a.example/x.png", "https://b.example/x.png", "/d.png"]);
});

test("a host is allowed as it is, not by its beginning or end", () => {
  const policy = policyFor(["a.example"]);
  for (const src of ["https://a.example.evil/x", "https://x.a.example/x", "https://a.example:8443/x", "https://a.example@b.example/x"]) {
    expect(policy.image(src), src).toBe("click");
  }
});
