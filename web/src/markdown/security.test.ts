// @vitest-environment jsdom
import { beforeEach, describe, expect, test, vi } from "vitest";
import { MarkdownView } from "./view";
import "./testing";
import { defaultPolicy } from "./policy";

let root: HTMLElement;
beforeEach(() => {
  root = document.createElement("div");
  document.body.replaceChildren(root);
});

function show(text: string, onCommand?: (name: string) => void): HTMLElement {
  const view = new MarkdownView(root, undefined, onCommand);
  view.set(text);
  view.finish();
  return root;
}

const payloads = [
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "<svg/onload=alert(1)>",
  '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
  '<a href="javascript:alert(1)">x</a>',
  "<style>*{display:none}</style>",
  '<form action="https://evil.example"><input name=q><button>go</button></form>',
  "<details open ontoggle=alert(1)>x</details>",
  '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
  "[x](javascript:alert(1))",
  "[x](JaVaScRiPt:alert(1))",
  "[x](javascript&colon;alert(1))",
  "[x](&#106;avascript:alert(1))",
  "[x](java\nscript:alert(1))",
  "[x](<java\tscript:alert(1)>)",
  "[x](<\u0001javascript:alert(1)>)",
  "[x](&#1;javascript:alert(1))",
  "[x](vbscript:msgbox(1))",
  "[x](data:text/html,<script>alert(1)</script>)",
  "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
  "[x](file:///etc/passwd)",
  "[x](blob:https://example.com/1)",
  "[x][r]\n\n[r]: javascript:alert(1)",
  "<javascript:alert(1)>",
  "![x](javascript:alert(1))",
  "![x](data:text/html,<script>alert(1)</script>)",
  "![x](data:image/svg+xml,<svg onload=alert(1)>)",
  '![x](x.png "a\\" onerror=\\"alert(1)")',
  '![x" onerror="alert(1)](x.png)',
  '[x](/ok "a\\" onmouseover=\\"alert(1)")',
  '```" onclick="alert(1)\ncode\n```',
  "```x onclick=alert(1)\n</code></pre><script>alert(1)</script>\n```",
  "| a |\n|---|\n| <img src=x onerror=alert(1)> |",
  "&lt;script&gt;alert(1)&lt;/script&gt;",
  "`<img src=x onerror=alert(1)>`",
  "[<img src=x onerror=alert(1)>](/x)",
];

const allowedTags =
  /^(P|H[3-6]|UL|OL|LI|BLOCKQUOTE|HR|BR|STRONG|EM|DEL|CODE|PRE|A|IMG|SPAN|DIV|BUTTON|TABLE|THEAD|TBODY|TR|TH|TD|INPUT)$/;
const allowedAttributes =
  /^(class|dir|href|rel|target|title|alt|src|loading|decoding|referrerpolicy|type|disabled|checked|aria-label|aria-live|aria-pressed|tabindex|scope|start|data-command|translate)$/;

describe("hostile text is shown as text", () => {
  const texts = payloads.flatMap((payload) => [payload, `> - ${payload}\n`, `before ${payload} *after*`]);

  test.each(texts)("%j", (text) => {
    const alert = vi.fn();
    vi.stubGlobal("alert", alert);
    for (const element of show(text).querySelectorAll("*")) {
      expect(element.tagName).toMatch(allowedTags);
      for (const { name, value } of element.attributes) {
        expect(name).toMatch(allowedAttributes);
        if (name === "src") expect(element.tagName).toBe("IMG");
        if (name !== "href" && name !== "src") continue;
        // As the browser reads it.
        const { protocol } = new URL(value, document.baseURI);
        expect(["http:", "https:", "mailto:", "tel:", "data:"]).toContain(protocol);
        if (protocol === "data:") expect(value).toMatch(/^data:image\/(png|jpeg|gif|webp)[;,]/);
      }
    }
    expect(alert).not.toHaveBeenCalled();
    vi.unstubAllGlobals();
  });

  test("tags are readable, and Markdown between them works", () => {
    show("<x>*x*</x> and <div>\n\n<script>\nalert(1)\n</script>");
    expect(root.textContent).toBe("<x>x</x> and <div><script>\nalert(1)\n</script>");
    expect(root.querySelector("em")?.textContent).toBe("x");
  });
});

describe("links", () => {
  test("of a refused scheme leave their text", () => {
    expect(show("a [b *c*](javascript:x) d").textContent).toBe("a b c d");
    expect(root.querySelector("a")).toBeNull();
  });

  test("to other sites open a new tab and tell them nothing", () => {
    const link = show("[x](https://example.com/a?b=c)").querySelector("a");
    expect(link?.getAttribute("href")).toBe("https://example.com/a?b=c");
    expect(link?.target).toBe("_blank");
    expect(link?.rel).toBe("noopener noreferrer nofollow");
  });

  test.each(["/docs", "docs#a", "#hash", "mailto:a@b.co", "tel:+123"])("of this page stay here: %s", (href) => {
    const link = show(`[x](${href})`).querySelector("a");
    expect(link?.getAttribute("href")).toBe(href);
    expect(link?.target).toBe("");
  });

  test("that only look like this site are external", () => {
    expect(defaultPolicy.link("//example.com/x")).toEqual({ href: "//example.com/x", external: true });
    expect(defaultPolicy.link("https://localhost.example.com")?.external).toBe(true);
    expect(defaultPolicy.link("/x")?.external).toBe(false);
  });

  test("with a question mark are commands", () => {
    const onCommand = vi.fn();
    const link = show("[do it](?foo) and [not](/x)", onCommand).querySelector("a");
    expect(link?.getAttribute("href")).toBe("?foo");
    const click = new MouseEvent("click", { bubbles: true, cancelable: true });
    link?.dispatchEvent(click);
    expect(onCommand.mock.calls).toEqual([["foo"]]);
    expect(click.defaultPrevented).toBe(true);
  });

  test.each(["[the invoice](?delete_account)", "[the invoice](&#63;delete_account)", "[**the** invoice]( ?delete_account )"])(
    "run no command that the card does not name: %s",
    (text) => {
      const onCommand = vi.fn();
      const view = new MarkdownView(root, undefined, onCommand, undefined, ["more"]);
      view.set(text);
      expect(root.textContent.trim()).toBe("the invoice");
      expect(root.querySelector("a, button, [data-command]")).toBeNull();
      root.querySelector("span")?.click();
      expect(onCommand).not.toHaveBeenCalled();
    },
  );

  test("run a command that the card names, and look like a button then", () => {
    const onCommand = vi.fn();
    const view = new MarkdownView(root, undefined, onCommand, undefined, ["more"]);
    for (const part of ["[Show ", "[Show more](?mo", "[Show more](?more) or [not](?moreover)"]) view.set(part, false);
    view.set("[Show more](?more) or [not](?moreover)");
    expect(root.querySelector("a")).toBeNull();
    const buttons = [...root.querySelectorAll("button")];
    expect(buttons.map((button) => button.textContent)).toEqual(["Show more"]);
    buttons[0]?.click();
    expect(onCommand.mock.calls).toEqual([["more"]]);
  });
});

describe("images", () => {
  test("of other sites load after a click", () => {
    show("![a *b*](https://example.com/x.png 'T')");
    expect(root.querySelector("img")).toBeNull();
    const button = root.querySelector("button");
    expect(button?.textContent).toBe("Load image “a b” from example.com");
    button?.click();
    const image = root.querySelector("img");
    expect([image?.alt, image?.title, image?.getAttribute("src")]).toEqual(["a b", "T", "https://example.com/x.png"]);
    expect(image?.referrerPolicy).toBe("no-referrer");
  });

  test("stay loaded while the text goes on", () => {
    const view = new MarkdownView(root);
    view.set("![a](https://example.com/x.png) and");
    root.querySelector("button")?.click();
    view.set("![a](https://example.com/x.png) and **more");
    view.set("*![a](https://example.com/x.png) and **more**");
    expect(root.querySelector("img")).not.toBeNull();
  });

  test.each(["/x.png", "x.png", "data:image/png;base64,AAAA"])("of this site are shown: %s", (src) => {
    expect(show(`![a](${src})`).querySelector("img")?.getAttribute("src")).toBe(src);
  });

  test("that are refused leave their description", () => {
    expect(show("![a](file:///x)").textContent).toBe("a");
  });

  test("of other sites within a link leave their description", () => {
    show("[![a](https://example.com/x.png)](/x)");
    expect(root.querySelector("button")).toBeNull();
    expect(root.querySelector("a")?.textContent).toBe("a");
  });
});

describe("limits", () => {
  test.each<[string, string]>([
    ["quotes", "> ".repeat(5000)],
    ["lists", "- ".repeat(5000)],
    ["emphasis", "*a **b ".repeat(2000) + "** *".repeat(2000)],
    ["brackets", "[".repeat(15_000)],
    ["images", "![".repeat(7_500)],
    ["one paragraph without end", "word ".repeat(100_000)],
  ])("%s that nest or go on for ever are shown", (_, text) => {
    const shown = show(`${text}END`).textContent;
    expect(shown).toContain("END");
  });

  test("a list without end costs no more than a share of itself with each addition", () => {
    let all = 0;
    const view = new MarkdownView(root, undefined, undefined, (count) => (all += count));
    let text = "";
    for (let part = 0; part < 60; part++) view.set((text += "- an item of a very long list\n".repeat(100)));
    view.finish();
    expect(all).toBeLessThan(80 * text.length);
    expect(root.querySelectorAll("ul").length).toBe(1);
    expect(root.querySelectorAll("li").length).toBe(6000);
  });
});
