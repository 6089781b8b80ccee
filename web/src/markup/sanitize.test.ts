// @vitest-environment jsdom
import { beforeEach, describe, expect, test } from "vitest";
import "../markdown/testing";
import { policyFor } from "../markdown/policy";
import { payloads } from "../markdown/xss";
import { compile } from "./handlebars";
import { DRAWN, ELEMENTS } from "./lists";
import { sanitized, show } from "./sanitize";
import { toHtml } from "./text";

const policy = policyFor("allow");
let root: HTMLElement;

beforeEach(() => {
  root = document.createElement("div");
  document.body.replaceChildren(root);
});

function draw(html: string): HTMLElement {
  show(root, sanitized(html, policy));
  return root;
}

/** Known elements and attributes only, no script, and only pictures that are fetched from elsewhere. */
function check(): void {
  for (const element of root.querySelectorAll("*")) {
    const own = element.closest(".code") !== null;
    if (!own) expect(element.namespaceURI === "http://www.w3.org/2000/svg" ? DRAWN : ELEMENTS).toContain(element.localName.toLowerCase());
    for (const { name, value } of element.attributes) {
      expect(name).not.toMatch(/^on|^(?:srcdoc|action|formaction|xlink:|xmlns|name|data-|background|srcset|ping|is|slot|part|contenteditable)/i);
      if (!own) expect(name).not.toBe("tabindex");
      if (name === "href") expect(["http:", "https:", "mailto:", "tel:"]).toContain(new URL(value, document.baseURI).protocol);
      if (name === "src") {
        expect(element.localName).toBe("img");
        expect(["http:", "https:", "data:"]).toContain(new URL(value, document.baseURI).protocol);
        if (value.startsWith("data:")) expect(value).toMatch(/^data:image\/(?:png|jpeg|gif|webp)[;,]/);
      }
      if (name === "style" && !own) expect(value).not.toMatch(/url|image-set|(?:^| )position|expression|behavior|\\|javascript/i);
      if (name === "target") expect(element.getAttribute("rel")).toContain("noopener");
      if (!own && name === "id") expect(value in document).toBe(false);
    }
  }
  expect("__xss" in window).toBe(false);
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
}

const run = "window.__xss=1";
/** What becomes something else when it is written as HTML and parsed again, or that names things of the page. */
const more = [
  `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=${run}&gt;">`,
  `<svg></p><style><a id="</style><img src=1 onerror=${run}>">`,
  `<svg><foreignObject><p><style><img src=x onerror=${run}></style></p></foreignObject></svg>`,
  `<math><annotation-xml encoding="text/html"><img src=x onerror=${run}></annotation-xml></math>`,
  `<form><math><mtext></form><form><mglyph><svg><mtext><style><path id="</style><img onerror=${run} src>">`,
  `<noscript><p title="</noscript><img src=x onerror=${run}>"></noscript>`,
  `<table><td><a href="javascript:${run}"><table><td>x`,
  `<svg><use href="data:image/svg+xml,<svg id=x onload=${run}>#x"/></svg>`,
  `<svg><set attributeName=href to="javascript:${run}"/><animate attributeName=href values="javascript:${run}"/></svg>`,
  `<svg><a href="javascript:${run}"><text>x</text></a></svg>`,
  `<svg><path fill="url(https://evil.example/x#y)" style="fill:url(//evil.example)" onclick="${run}"/></svg>`,
  `<svg><image href="https://evil.example/x.png"/><feImage href="//evil.example"/></svg>`,
  `<img src="https://evil.example/x.png" srcset="javascript:1 1x" onerror="${run}" style="position:fixed">`,
  `<img name=cookie id=cookie><img id=forms><a id=location href=//evil.example><form id=head name=body><input name=attributes></form>`,
  `<a id=defaultView><a id=defaultView name=x href=cid:1>`,
  `<div id="__proto__"><div id=constructor><div id=app><div id=c1>`,
  `<div style="background:url(//evil.example/x)">x</div><div style="background-image:\\75rl(//evil.example)">y</div>`,
  `<div style="position:fixed;inset:0;z-index:9999;color:red;animation:x 1s;--a:url(x);content:'x'">x</div>`,
  `<div style="color:red;background:image-set('//evil.example' 1x);behavior:url(x);-moz-binding:url(x)">x</div>`,
  `<a href="java&#10;script:${run}" target=_top rel=opener>x</a><a href=" javascript:${run}">y</a><a href="data:text/html,x">z</a>`,
  `<a href="https://example.com" target="_self">x</a><area href="javascript:${run}"><a xlink:href="javascript:${run}">y</a>`,
  `<p is="x-y" slot=a part=b data-command="x" contenteditable tabindex=1 accesskey=x autofocus onfocus=${run}>x</p>`,
  `<body onload=${run}><frameset onload=${run}><frame src="javascript:${run}"></frameset></body>`,
  `<template shadowrootmode=open><img src=x onerror=${run}></template>`,
  `<xss-element onclick=${run}>x</xss-element><custom-element></custom-element>`,
  `<pre><code class="language-x&quot; onclick=&quot;${run}"></code></pre><pre><code><img src=x onerror=${run}></code></pre>`,
  `${"<div>".repeat(2_000)}<script>${run}</script>`,
];

describe("hostile HTML", () => {
  test.each([...payloads, ...more].map((payload) => [payload.slice(0, 80), payload]))("%j", (_, payload) => {
    // Each door: markup, a text in Markdown, a value of a template, a template.
    for (const html of [payload, toHtml(payload), `<p>${toHtml(`before ${payload} *after*`)}</p>`, compile("<p title='{{x}}'>{{x}}</p>{{{x}}}")({ x: payload })]) {
      draw(html);
      check();
    }
  });

  test("values of a template are text", () => {
    draw(compile("<b>{{x}}</b>")({ x: "<img src=x onerror=1>" }));
    expect(root.innerHTML).toBe("<b>&lt;img src=x onerror=1&gt;</b>");
  });

  test("a document of the page stays what it is", () => {
    draw("<img id=cookie><p id=querySelector><p id=forms><p id=title><p id=name><p id=alert><p id=app><p id=c7><p id=mine>");
    expect([...root.querySelectorAll("[id]")].map(({ id }) => id)).toEqual(["mine"]);
    expect(typeof document.cookie).toBe("string");
    draw("<p id=mine>again</p>");
    expect(root.querySelector("#mine")?.textContent).toBe("again");
  });
});

describe("what is drawn", () => {
  test.each([
    ["<center>x</center> <b>b</b><sup>2</sup>", "<center>x</center> <b>b</b><sup>2</sup>"],
    ['<font color="red" onclick="x">a</font><custom>b</custom>', '<font color="red">a</font>b'],
    ["<script>x</script><style>y</style><p>z", "<p>z</p>"],
    ['<div style="text-align: center; position: absolute">x</div>', '<div style="text-align: center;">x</div>'],
    ['<table><tr><td colspan="2" onclick="x">a</td></tr></table>', '<table><tbody><tr><td colspan="2">a</td></tr></tbody></table>'],
    ['<details open><summary>a</summary>b</details>', '<details open=""><summary>a</summary>b</details>'],
    ['<svg viewBox="0 0 1 1"><circle r="1" fill="red"></circle></svg>', '<svg viewBox="0 0 1 1"><circle r="1" fill="red"></circle></svg>'],
  ])("%s", (html, shown) => {
    expect(draw(html).innerHTML).toBe(shown);
  });

  test("links: a command, this site, another site", () => {
    draw('<a href="?go">a</a><a href="/x" download>b</a><a href="https://example.com" target="_self">c</a>');
    const [command, here, there] = root.querySelectorAll("a");
    expect([command?.getAttribute("href"), here?.getAttribute("href"), here?.target, here?.hasAttribute("download")]).toEqual(["?go", "/x", "", true]);
    expect([there?.target, there?.rel]).toEqual(["_blank", "noopener noreferrer nofollow"]);
  });

  test("pictures of the app load at once, those of a conversation after a click", () => {
    const html = '<img src="https://example.com/a.png" alt="A hill" width="20" style="border-radius: 4px">';
    const picture = draw(html).querySelector("img");
    expect([picture?.getAttribute("src"), picture?.alt, picture?.width, picture?.referrerPolicy]).toEqual(["https://example.com/a.png", "A hill", 20, "no-referrer"]);
    expect(picture?.getAttribute("style")).toBe("border-radius: 4px;");
    show(root, sanitized(html, policyFor("ask", true)));
    expect(root.querySelector("img")).toBeNull();
    expect(root.querySelector("button")?.textContent).toContain("example.com");
  });

  test("what is the same stays", () => {
    draw("<details><summary>a</summary></details><p>1</p>");
    const details = root.querySelector("details");
    draw("<details><summary>a</summary></details><p>2</p><p>3</p>");
    expect(root.querySelector("details")).toBe(details);
    expect(root.textContent).toBe("a23");
  });
});

describe("Markdown around tags", () => {
  test.each([
    ["a <b>*b*</b>", "<p>a <b><em>b</em></b></p>"],
    ["<center>**x**</center>", "<center>**x**</center>"],
    ["<div>\n\n**x**\n\n</div>\n\n- a", "<div>\n\n<p><strong>x</strong></p></div>\n\n<ul><li>a</li></ul>"],
    ["`<b>` and 1 < 2 <c", "<p><code>&lt;b&gt;</code> and 1 &lt; 2 &lt;c</p>"],
    ["# a<br>b", "<h3>a<br>b</h3>"],
    ["[x](?go) ![y](/z.png)<br>", '<p><a href="?go">x</a> <img src="/z.png" alt="y"><br></p>'],
    ["a <!-- b -->", "<p>a <!-- b --></p>"],
    ["| a |\n|:-:|\n| <b>c</b> |", '<table><thead><tr><th align="center">a</th></tr></thead><tbody><tr><td align="center"><b>c</b></td></tr></tbody></table>'],
    ["&lt;b&gt; &amp;lt;", "<p>&lt;b&gt; &amp;lt;</p>"],
  ])("%j", (text, html) => {
    expect(toHtml(text)).toBe(html);
  });

  test.each(["<b ", "<b x='", "<!--", "<", "<a <", "<pre>"])("%j many times takes no time by the square", (piece) => {
    expect(toHtml(piece.repeat(2_000)).length).toBeGreaterThan(0);
  });
});
