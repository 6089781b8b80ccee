// @vitest-environment jsdom
import { describe, expect, test } from "vitest";
import { compile, filled, TemplateError } from "./handlebars";

const dishes = [
  { name: "Spam", price: 2, tags: ["hot"] },
  { name: "Eggs & ham", price: 1.75, tags: [] },
];

/** What Handlebars 4.7 makes of them. */
const cases: readonly (readonly [template: string, values: unknown, html: string])[] = [
  ["Hello {{name}}", { name: "<Ada>" }, "Hello &lt;Ada&gt;"],
  ["{{{name}}} {{&name}}", { name: "<b>" }, "<b> <b>"],
  ["{{a.b.c}} {{a.[b].c}} {{a/b/c}}", { a: { b: { c: 1 } } }, "1 1 1"],
  ["{{missing}}{{a.b.c}}|{{null}}", {}, "|"],
  ["{{! a comment }}{{!-- {{not}} a tag --}}x", {}, "x"],
  ["{{#if a}}yes{{else}}no{{/if}}", { a: 0 }, "no"],
  ["{{#if a}}yes{{else}}no{{/if}}", { a: [] }, "no"],
  ["{{#if a}}1{{else if b}}2{{else}}3{{/if}}", { b: 1 }, "2"],
  ["{{#if a}}1{{else if b}}2{{else}}3{{/if}}", {}, "3"],
  ["{{#unless a}}no{{/unless}}", {}, "no"],
  ["{{#each dishes}}{{@index}} {{name}} {{price}};{{/each}}", { dishes }, "0 Spam 2;1 Eggs &amp; ham 1.75;"],
  ["{{#each dishes as |dish at|}}{{at}}{{dish.name}}{{/each}}", { dishes }, "0Spam1Eggs &amp; ham"],
  ["{{#each o}}{{@key}}={{this}}{{#unless @last}},{{/unless}}{{/each}}", { o: { a: 1, b: 2 } }, "a=1,b=2"],
  ["{{#each a}}{{.}}{{else}}none{{/each}}", { a: [] }, "none"],
  ["{{#each dishes}}{{#each tags}}{{../name}}{{@root.x}}{{this}}{{/each}}{{/each}}", { dishes, x: "!" }, "Spam!hot"],
  ["{{#with a}}{{b}}{{else}}none{{/with}}", { a: { b: 1 } }, "1"],
  ["{{#dishes}}{{price}} {{/dishes}}", { dishes }, "2 1.75 "],
  ["{{#on}}yes{{/on}}{{^off}}no{{/off}}", { on: true }, "yesno"],
  ["{{lookup a 1}} {{lookup o key}}", { a: ["x", "y"], o: { k: 2 }, key: "k" }, "y 2"],
  ["a {{~x~}} b", { x: 1 }, "a1b"],
  ["<ul>\n  {{#each a}}\n  <li>{{this}}</li>\n  {{/each}}\n</ul>", { a: [1] }, "<ul>\n  <li>1</li>\n</ul>"],
  ["\\{{x}}", { x: 1 }, "{{x}}"],
  ["{{a}} {{b}}", { a: true, b: false }, "true false"],
];

test.each(cases)("%s", (template, values, html) => {
  expect(compile(template)(values)).toBe(html);
});

test("numbers are written as the reader's language does", () => {
  document.documentElement.lang = "en";
  expect(compile("{{intl price minimum_fraction_digits=2}}")({ price: 2 })).toBe("2.00");
  expect(compile('{{intl share style="percent" minimum_fraction_digits=1}}')({ share: 0.125 })).toBe("12.5%");
  document.documentElement.lang = "de";
  expect(compile("{{intl price minimum_fraction_digits=2}}")({ price: 1234.5 })).toBe("1.234,50");
});

test.each(["{{#if}}x{{/if}}", "{{#if a}}", "{{/if}}", "{{#each a}}{{/if}}", "{{else}}", "{{x", "{{#loud x}}y{{/loud}}"])("%s is refused", (template) => {
  expect(() => compile(template)).toThrow(TemplateError);
});

describe("what a template cannot reach", () => {
  test.each(["{{constructor}}", "{{constructor.constructor}}", "{{__proto__.toString}}", "{{a.constructor}}", "{{lookup a 'constructor'}}", "{{#with a.__proto__}}x{{/with}}", "{{@root.constructor}}"])("%s", (template) => {
    expect(compile(template)({ a: {} })).toBe("");
  });

  test("a helper that there is not", () => {
    expect(() => compile("{{alert 1}}")({})).toThrow('there is no helper "alert"');
  });

  test("a loop without end", () => {
    const many = Array.from({ length: 1_000 }, () => 1);
    const nested = "{{#each @root.many}}".repeat(3) + "x" + "{{/each}}".repeat(3);
    expect(() => compile(nested)({ many })).toThrow("too many steps");
  });
});

test("a text with an equals sign is a template, one without is not read at all", () => {
  expect(filled("=Hello {{name}}", { name: "Ada" })).toBe("Hello Ada");
  expect(filled("=name", { name: "A & B" }, (value) => value)).toBe("A & B");
  expect(filled("=a {{#if}}", {})).toBe("=a {{#if}}");
});
