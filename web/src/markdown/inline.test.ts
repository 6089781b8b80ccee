// @vitest-environment jsdom
import { describe, expect, test } from "vitest";
import { frames, wrong } from "./testing";

/** The elements of a name in the complete text, by their words. */
function inside(text: string, name: string): string[] {
  const box = document.createElement("div");
  box.innerHTML = frames(text).at(-1)?.html ?? "";
  return Array.from(box.querySelectorAll(name), (node) => node.textContent);
}

describe("only two tildes strike", () => {
  test.each([
    "It takes 2~3 hours, or 4~5 hours.",
    "About ~10 of ~20, ~/bin and ~/lib.",
    "H~2~O and ~one~ word",
    "| a | b |\n|---|---|\n| 1~2 | 3~4 |\n",
    "- 1~2\n- 3~4 ~\n",
  ])("%j", (text) => {
    const seen = frames(text);
    expect(wrong(seen, /<del/)).toEqual([]);
    expect(seen.at(-1)?.text).toContain(/[\d/]~\S/.exec(text)?.[0] ?? "~");
  });

  test("and they do, beside single ones and within words", () => {
    expect(inside("~~2~3~~ and ~4 a~~b~~c ~~取消（注）。~~この", "del")).toEqual(["2~3", "b", "取消（注）。"]);
  });
});

describe("amounts of money are text, whatever stands around them", () => {
  test.each([
    "It costs **$5** or *$6* now.",
    "It costs __$5__ or _$6_ now.",
    "**$5**–**$10** and **$1,000.50**, *$5k* or **$6M**.",
    "From ~~$5~~ to **$4**!",
    "($5) [$6](/x) \"$7\" '$8' `$9` $10/$11 $12-$13 $14",
    "| a | b |\n|---|---|\n| **$5** | *$6* |\n",
    "About $1e6 vs $2e6, $5million, $5USD and $6 per day, from $-5 to $+6.",
    "1. **$5** or\n2. **$6** each, so $7 or $8.",
  ])("%j", (text) => {
    expect(wrong(frames(text), /math|\$\*|\$_|\$~/)).toEqual([]);
    expect(frames(text).at(-1)?.text.match(/\$\d/g)).toEqual(text.match(/\$\d/g));
  });

  test.each(["$5 * 3$", "$2*3$ is six", "so $5 = x$ and", "**$x$** or *$y$*", "$5$ apples", "the $n$th, $ij$th and $x$s", "变量$x$是"])(
    "a formula is one: %j",
    (text) => {
      expect(frames(text).at(-1)?.html).toContain("math");
    },
  );
});

describe("the mark behind a formula stays on its line", () => {
  test.each([
    ["so $x$, and", ","],
    ["($x$).", ")."],
    ["the $n$-th", "-"],
    ["is it \\(x\\)?", "?"],
    ["变量$x$，和", "，"],
    ["see $x$![a](/b.png)", ""],
    ["from $x$--$y$", ""],
    ["a $x$ , b", ""],
  ])("%j", (text, mark) => {
    const { html, text: words } = frames(text).at(-1) ?? { html: "", text: "" };
    expect(/class="math-run">.*?<\/span>([^<]*)<\/span>/.exec(html)?.[1] ?? "").toBe(mark);
    expect(words).toContain(mark);
  });
});

describe("names with a dollar are text", () => {
  test.each([
    "Set $HOME/bin:$PATH now.",
    "Use $HOME and $USER, or $HOME,$USER.",
    "echo $HOME$PATH \"$HOME\" and \"$USER\"./view",
    "${HOME}/bin:${PATH} is it, and $(pwd)/x:$(date) was.",
    "$AAPL and $MSFT rose ($AAPL), **$HOME** or **$PATH**",
    "Set $HOME",
    "In $XDG_DATA_HOME/app:$XDG_CONFIG_HOME/app are files.",
    "A $_GET and a $_POST, $user@$host too, $foo.$bar also.",
  ])("%j", (text) => {
    const seen = frames(text);
    expect(wrong(seen.slice(-1), /math/)).toEqual([]);
    if (/\$[A-Z]/.test(text)) expect(wrong(seen.filter(({ written }) => !/\$[a-z(]/.test(written)), /math/)).toEqual([]);
    expect(seen.at(-1)?.text.split("$").length).toBe(text.split("$").length);
  });
});

describe("what no formula begins with is never drawn as one", () => {
  test.each([
    "Use ${HOME}/bin, ${x} and $(pwd) or $(date +%s) here.",
    "$_POST['a'] and $_GET[\"b\"] and $foo->bar, $foo::bar",
    "jQuery $('#a') and $(\".b\") and $env:PATH or $env:HOME",
    "$?, $!, $@, $# and $& are set, $USER@$HOST too.",
    "$PATH=$PATH:/x here",
  ])("%j", (text) => {
    const seen = frames(text);
    expect(wrong(seen, /math|<em>/)).toEqual([]);
    expect(seen.at(-1)?.text).toBe(text);
  });
});

describe("emphasis ends beside the punctuation of unspaced languages", () => {
  test.each<[string, string[]]>([
    ["**この文は太字（括弧）。**この文", ["この文は太字（括弧）。"]],
    ["これは**「強調」**です。", ["「強調」"]],
    ["他说**“你好”**吗？**重点：**内容", ["“你好”", "重点："]],
    ["**中文（English）**后面，**《书名》**很好。", ["中文（English）", "《书名》"]],
    ["**한국어(Korean)**는 **'강조'**를 **\"인용\"**이라고", ["한국어(Korean)", "'강조'", '"인용"']],
    ["**注意：**请**不要**做。", ["注意：", "不要"]],
    ["この**`コード`**は、**『二重』**と【**括弧**】。", ["コード", "『二重』", "括弧"]],
    ["あ**い、*う。*え**お", ["い、う。え"]],
    ["- **項目（一）：**説明\n- **項目（二）：**説明\n", ["項目（一）：", "項目（二）："]],
    ["| **甲（一）**乙 | b |\n|---|---|\n| **丙。**丁 | 2 |\n", ["甲（一）", "丙。"]],
    ["**ข้อความ(ก)**ต่อ", ["ข้อความ(ก)"]],
    ["𠮷**「野」**家", ["「野」"]],
  ])("%j", (text, strong) => {
    const seen = frames(text);
    expect(inside(text, "strong")).toEqual(strong);
    expect(wrong(seen, /\*\*\S*[ぁ-ん一-龥가-힣]/)).toEqual([]);
    expect(seen.at(-1)?.text).not.toContain("*");
  });

  test("stress as well", () => {
    expect(inside("*斜体（注）。*この*「文」*は", "em")).toEqual(["斜体（注）。", "「文」"]);
  });

  test.each(['a**"b"**c', "2 ** 3 ** 4", "a*(b)*c", "a __（b）__c"])("and elsewhere the rules are those of Markdown: %j", (text) => {
    expect(inside(text, "strong, em")).toEqual([]);
  });
});

describe("addresses end at punctuation that is none of theirs", () => {
  test.each([
    ["请访问 https://example.com/a。然后", "https://example.com/a"],
    ["（https://example.com/a）", "https://example.com/a"],
    ["「https://example.com/a」を", "https://example.com/a"],
    ["看https://example.com/a，还有", "https://example.com/a"],
    ["www.example.com/a；再", "http://www.example.com/a"],
    ["“https://example.com/a”", "https://example.com/a"],
    ["https://example.com/a？b", "https://example.com/a"],
    ["**https://example.com/a**。", "https://example.com/a"],
    ["انظر https://example.com/a، ثم", "https://example.com/a"],
    ["https://example.com/a…", "https://example.com/a"],
    ["https://zh.wikipedia.org/wiki/中国。", "https://zh.wikipedia.org/wiki/%E4%B8%AD%E5%9B%BD"],
    ["https://example.com/a입니다", "https://example.com/a"],
    ["请访问https://example.com/a查看，或me@example.com吧", "https://example.com/a"],
    ["https://example.com/aです", "https://example.com/a"],
    ["ที่https://example.com/aครับ", "https://example.com/a"],
    ["https://example.com/a—it is", "https://example.com/a"],
    ["https://example.com/q?w=한국", "https://example.com/q?w=%ED%95%9C%EA%B5%AD"],
    ["https://example.com/a_(b)?c=d&e=f#g.", "https://example.com/a_(b)?c=d&e=f#g"],
  ])("%j", (text, href) => {
    const seen = frames(text);
    const box = document.createElement("div");
    for (const { written, html } of seen) {
      box.innerHTML = html;
      const link = box.querySelector("a")?.getAttribute("href") ?? "";
      expect(href.startsWith(link) || link.startsWith("http://www"), `${written}: ${link}`).toBe(true);
    }
    expect(box.querySelector("a")?.getAttribute("href")).toBe(href);
    expect(box.textContent).toBe(text.replaceAll("**", ""));
  });
});
