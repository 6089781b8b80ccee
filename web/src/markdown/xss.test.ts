// @vitest-environment jsdom
import { beforeAll, describe, expect, test } from "vitest";
import { MarkdownView } from "./view";
import { loadMath } from "./math/view";
import "./testing";
import { payloads } from "./xss";

const HTML = /^(?:p|h[3-6]|ul|ol|li|blockquote|hr|br|strong|em|del|code|pre|a|img|span|div|button|table|thead|tbody|tr|th|td|input|kbd|sub|sup|mark|ins|small|u|s|b|i|details|summary)$/;
const ATTRIBUTES =
  /^(?:class|dir|href|rel|target|title|alt|src|loading|decoding|referrerpolicy|type|disabled|checked|open|translate|tabindex|scope|start|role|aria-[a-z]+|data-[a-z]+)$/;
const MATHML = "http://www.w3.org/1998/Math/MathML";

function check(root: HTMLElement): void {
  for (const element of root.querySelectorAll("*")) {
    const math = element.namespaceURI === MATHML;
    if (!math) expect(element.localName).toMatch(HTML);
    else expect(element.localName).toMatch(/^(?:m[a-z]+|none|semantics)$/);
    for (const { name, value } of element.attributes) {
      expect(name).not.toMatch(/^on/i);
      if (math) {
        expect(name).not.toMatch(/href|src|id$/);
        expect(value).not.toMatch(/url\(|javascript:|evil/);
        continue;
      }
      expect(name).toMatch(ATTRIBUTES);
      if (name !== "href" && name !== "src") continue;
      const { protocol, host } = new URL(value, document.baseURI);
      expect(name === "src" ? ["http:", "https:", "data:"] : ["http:", "https:", "mailto:", "tel:"]).toContain(protocol);
      // Nothing of another site is loaded without a click.
      if (name === "src" && protocol !== "data:") expect(host).toBe(location.host);
      if (protocol === "data:") expect(value).toMatch(/^data:image\/(?:png|jpeg|gif|webp)[;,]/);
    }
  }
}

beforeAll(loadMath);

describe("hostile text", () => {
  test("is there in numbers", () => {
    expect(payloads.length).toBeGreaterThan(250);
  });

  test.each(payloads.map((payload) => [payload.slice(0, 80), payload]))("%j", (_, payload) => {
    const root = document.createElement("div");
    document.body.replaceChildren(root);
    const view = new MarkdownView(root);
    const step = Math.max(3, Math.floor(payload.length / 200));
    for (let end = 1; end < payload.length; end += step) {
      view.set(payload.slice(0, end));
      if (end < 400) check(root);
    }
    view.set(payload, true);
    check(root);
    expect("__xss" in window).toBe(false);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });
});

describe("text without end", () => {
  // Characters parsed and not time, which other programs change.
  const bombs = ["[", "*", "`", "mailto:", '"', "> ", "- ", "| a ", "$", "\\(", "![", "<", "&", "_a", "~~", "[^", "$$\n", "**a "];
  test.each(bombs)("%j, 100 kB of it in pieces, costs characters by its length", (bomb) => {
    const text = bomb.repeat(Math.ceil(100_000 / bomb.length));
    let lexed = 0;
    const root = document.createElement("div");
    const view = new MarkdownView(root, undefined, undefined, (count) => (lexed += count));
    for (let end = 1_000; end < text.length; end += 1_000) view.set(text.slice(0, end));
    view.set(text, true);
    expect(lexed).toBeLessThan(80 * text.length);
    expect(root.textContent.length).toBeGreaterThanOrEqual(0);
  });
});
