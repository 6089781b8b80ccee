/** What a test requires of everything that is made of a text, however hostile. */
import { expect } from "vitest";

const HTML = /^(?:p|h[3-6]|ul|ol|li|blockquote|hr|br|strong|em|del|code|pre|a|img|span|div|button|table|thead|tbody|tr|th|td|input|kbd|sub|sup|mark|ins|small|u|s|b|i|details|summary)$/;
const ATTRIBUTES =
  /^(?:class|dir|href|rel|target|title|alt|src|loading|decoding|referrerpolicy|type|disabled|checked|open|translate|tabindex|scope|start|role|aria-[a-z]+|data-[a-z]+)$/;
const MATHML = "http://www.w3.org/1998/Math/MathML";

/** Known elements and attributes only, no script, and nothing that is fetched from elsewhere. */
export function harmless(root: HTMLElement): void {
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
