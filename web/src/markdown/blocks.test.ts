// @vitest-environment jsdom
import { beforeEach, describe, expect, test, vi } from "vitest";
import { MarkdownView } from "./view";
import { asCsv } from "../ui/csv";
import { asTsv } from "./extensions/table-toolbar";
import { frames, wrong } from "./testing";

let root: HTMLElement;
beforeEach(() => {
  root = document.createElement("div");
  document.body.replaceChildren(root);
});

function show(text: string): HTMLElement {
  new MarkdownView(root).set(text, true);
  return root;
}

/** The elements of a selector in the complete text; no frame may show what it must not. */
function drawn(text: string, selector: string, never: RegExp): Element[] {
  const seen = frames(text);
  expect(wrong(seen, never)).toEqual([]);
  root.innerHTML = seen.at(-1)?.html ?? "";
  return [...root.querySelectorAll(selector)];
}

describe("formulas without dollars", () => {
  test.each([
    ["\\begin{align}\na &= b \\\\\nc &= d\n\\end{align}\n\nafter", "\\begin{align}\na &= b \\\\\nc &= d\n\\end{align}"],
    ["Text:\n\\begin{equation*}\nx = 1\n\\end{equation*}\nand", "\\begin{equation*}\nx = 1\n\\end{equation*}"],
    ["- item\n\n  \\begin{pmatrix} 1 & 2 \\end{pmatrix}\n", "\\begin{pmatrix} 1 & 2 \\end{pmatrix}"],
    ["```math\n\\frac12\n```\n\nafter", "\\frac12"],
    ["```math\n\\frac12", "\\frac12"],
    ["~~~math\nx^2\n\ny\n~~~\n", "x^2\n\ny"],
  ])("%j", (text, formula) => {
    const nodes = drawn(text, ".math", /begin\{[a-z*]*\}<\/p>|language-math|`/);
    expect(nodes.map((node) => node.getAttribute("data-math"))).toEqual([formula]);
  });

  test("another environment is text", () => {
    expect(show("\\begin{document}\nx\n\\end{document}").querySelector(".math")).toBeNull();
  });
});

describe("alerts", () => {
  test.each([
    ["> [!NOTE]\n> Words **here**.\n", "alert note", "Note", "Words here."],
    ["> [!TIP]  \n> - a\n> - b\n", "alert tip", "Tip", "ab"],
    [">[!warning]\n> x\n>\n> y\n", "alert warning", "Warning", "xy"],
    ["- a\n\n  > [!CAUTION]\n  > b\n", "alert caution", "Caution", "b"],
    ["> [!IMPORTANT]\n>\n> c\n", "alert important", "Important", "c"],
  ])("%j", (text, kind, title, words) => {
    const [alert] = drawn(text, "blockquote", /\[?!(?:[A-Z]|[a-z])/);
    expect([alert?.className, alert?.firstElementChild?.textContent, alert?.lastElementChild?.textContent]).toEqual([kind, title, words]);
  });

  test("of another kind are quotes", () => {
    expect(show("> [!WHAT]\n> x\n").querySelector("blockquote")?.className).toBe("");
  });
});

describe("harmless tags", () => {
  test.each([
    ["Press <kbd>Ctrl</kbd>+<kbd>C</kbd> now", "kbd", ["Ctrl", "C"]],
    ["H<sub>2</sub>O and x<sup>2</sup>", "sub, sup", ["2", "2"]],
    ["a <mark>b **c**</mark> <ins>d</ins> <u>e</u> <s>f</s> <small>g</small>", "mark, ins, u, s, small", ["b c", "d", "e", "f", "g"]],
    ["<b>a</b> <i>b</i> <strong>c</strong> <em>d</em>", "b, i, strong, em", ["a", "b", "c", "d"]],
    ["**a <kbd>b</kbd> c** and [<kbd>l</kbd>](/x)", "kbd", ["b", "l"]],
    ["| a<br>b | <sub>c</sub> |\n|---|---|\n| d<BR/>e | <kbd>f</kbd> |\n", "sub, kbd", ["c", "f"]],
    ["> - <KBD>x</KBD>\n", "kbd", ["x"]],
  ])("%j", (text, selector, words) => {
    expect(drawn(text, selector, /&lt;\/?[a-z]/i).map((node) => node.textContent)).toEqual(words);
  });

  test.each(['<kbd class="x">a</kbd>', "<kbd onclick=alert(1)>a</kbd>", "<kbd >a</kbd>", "<kbd/>a", "<sub>never closed", "<font>a</font>", "<div>a</div>", "<a href=x>a</a>"])(
    "with anything else they are text: %s",
    (text) => {
      expect(show(text).textContent).toBe(text);
    },
  );
});

describe("details", () => {
  test.each([
    ["<details>\n<summary>More **here**</summary>\n\nHidden *words*.\n\n- a\n\n</details>\n\nafter", "More here", "Hidden words.a", false],
    ["<details open><summary>S</summary>\n\nx\n\n</details>\n", "S", "x", true],
    ["before\n<details>\n<summary>S</summary>\nx\n</details>\nafter", "S", "x", false],
    ["<details>\n<summary>A</summary>\n\n<details>\n<summary>B</summary>\n\ninner\n\n</details>\n\n</details>\n", "A", "Binner", false],
    ["<details>\n<summary>S</summary>\n\n```html\n</details>\n```\n\n</details>\n", "S", "html</details>", false],
    ["- a\n\n  <details>\n  <summary>S</summary>\n\n  x\n\n  </details>\n", "S", "x", false],
  ])("%j", (text, summary, inside, open) => {
    const [details] = drawn(text, "details", /<p[^>]*>[^<]*&lt;/);
    for (const head of details?.querySelectorAll(".code-head button") ?? []) head.remove();
    expect([details?.firstElementChild?.textContent, details?.lastElementChild?.textContent, details?.hasAttribute("open")]).toEqual([summary, inside, open]);
  });

  test("stay open while more comes", () => {
    const view = new MarkdownView(root);
    view.set("<details>\n<summary>S</summary>\n\nx");
    root.querySelector("details")?.setAttribute("open", "");
    view.set("<details>\n<summary>S</summary>\n\nx y\n\n- z");
    expect(root.querySelector("details")?.open).toBe(true);
  });

  test.each(["<details ontoggle=alert(1)>x</details>", "<details open ontoggle=alert(1)>x", "<details style=x>y</details>"])("with other attributes are text: %s", (text) => {
    expect(show(text).querySelector("details")).toBeNull();
    expect(root.textContent).toBe(text);
  });
});

describe("tables", () => {
  const TABLE = "| a | b |\n|---|--:|\n| **x** | 1,5 |\n| =1+1 | -2 |\n| say \"hi\" | +SUM(A1) |\n";

  test("are copied for spreadsheets and as Markdown", async () => {
    const written: string[] = [];
    vi.stubGlobal("navigator", { clipboard: { writeText: (text: string) => Promise.resolve(void written.push(text)) } });
    show(TABLE);
    for (const name of ["Copy table", "Copy as Markdown"]) [...root.querySelectorAll("button")].find((one) => one.textContent === name)?.click();
    await Promise.resolve();
    expect(written).toEqual(["a\tb\nx\t1,5\n'=1+1\t-2\nsay \"hi\"\t'+SUM(A1)", TABLE.trimEnd()]);
    vi.unstubAllGlobals();
  });

  test("are saved as CSV", () => {
    expect(asCsv([["a", 'say "hi"'], ["1,5", "two\nlines"]])).toBe('a,"say ""hi"""\r\n"1,5","two\nlines"\r\n');
    expect(asTsv([["a\tb", "c\nd"]])).toBe("a b\tc d");
    expect(show(TABLE).querySelector('button[aria-label="Download as CSV"]')?.textContent).toBe("CSV");
  });

  test("of thousands of rows are shown in portions, and copied whole", () => {
    show(`| n | m |\n|---|---|\n${Array.from({ length: 5_000 }, (_, row) => `| ${String(row)} | x |`).join("\n")}\n`);
    expect(root.querySelectorAll("tbody tr").length).toBe(100);
    root.querySelector<HTMLElement>(".more button")?.click();
    expect(root.querySelectorAll("tbody tr").length).toBe(200);
    expect(root.querySelector(".more button")?.textContent).toBe("Show 100 more rows of 4,800");
  });

  test("of thousands of columns as well", () => {
    const row = `|${" x |".repeat(2_000)}`;
    show(`${row}\n|${"---|".repeat(2_000)}\n${row}\n`);
    expect(root.querySelectorAll("td").length).toBe(40);
    root.querySelector<HTMLElement>(".more button")?.click();
    expect(root.querySelectorAll("td").length).toBe(80);
  });
});
