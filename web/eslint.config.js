import js from "@eslint/js";
import svelte from "eslint-plugin-svelte";
import globals from "globals";
import ts from "typescript-eslint";
import svelteConfig from "./svelte.config.js";

const htmlSinks = "Text from the server never becomes markup: build nodes instead.";

/** Ways to turn text into markup, or markup that the content security policy refuses. */
const forbidden = [
  {
    selector: "MemberExpression[property.name=/^(innerHTML|outerHTML|insertAdjacentHTML|setHTMLUnsafe|srcdoc)$/]",
    message: htmlSinks,
  },
  { selector: "MemberExpression[property.value=/^(innerHTML|outerHTML|srcdoc)$/]", message: htmlSinks },
  { selector: "MemberExpression[object.name='document'][property.name=/^write(ln)?$/]", message: htmlSinks },
  { selector: "MemberExpression[property.name='createContextualFragment']", message: htmlSinks },
  { selector: "NewExpression[callee.name='DOMParser']", message: htmlSinks },
  { selector: "SvelteAttribute[key.name=/^(innerHTML|outerHTML|srcdoc)$/]", message: htmlSinks },
  { selector: "SvelteDirective[key.name.name=/^(innerHTML|textContent|innerText)$/]", message: htmlSinks },
  {
    selector: "SvelteAttribute[key.name='style']",
    message: "The content security policy refuses style attributes: use a class or a style:property directive.",
  },
];

const lookUp = "A component finds only what is inside of its own element: hand over a handle, a command or a context instead.";

/** Ways to find what belongs to another component. */
const lookUps = [
  {
    selector: "CallExpression[callee.object.name='document'][callee.property.name=/^(querySelector|querySelectorAll|getElementById|getElementsBy.+)$/]",
    message: lookUp,
  },
  // A class belongs to one component; roles, tags and data attributes are for all to see.
  { selector: "CallExpression[callee.property.name='closest'][arguments.0.value=/[.#]/]", message: lookUp },
];

export default ts.config(
  { ignores: ["node_modules/", "coverage/"] },
  js.configs.recommended,
  ...ts.configs.recommendedTypeChecked,
  ...svelte.configs.recommended,
  {
    languageOptions: {
      globals: { ...globals.browser },
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname, extraFileExtensions: [".svelte"] },
    },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "no-restricted-syntax": ["error", ...forbidden, ...lookUps],
      "no-eval": "error",
      "no-console": "error",
      eqeqeq: "error",
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-non-null-assertion": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
    },
  },
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } },
    rules: { "svelte/no-at-html-tags": "error", "svelte/no-target-blank": "error" },
  },
  {
    // Here nodes are built by hand, and found by their classes.
    files: ["src/markdown/**/*.ts"],
    rules: { "no-restricted-syntax": ["error", ...forbidden, lookUps[0]] },
  },
  {
    // Tests feed hostile markup on purpose, and read back what became of it.
    files: ["src/**/*.test.ts", "src/**/testing.ts", "src/testkit.ts"],
    rules: { "no-restricted-syntax": "off" },
  },
  {
    // Scripts that run in Node.
    files: ["*.js", "**/*.mjs"],
    ...ts.configs.disableTypeChecked,
    languageOptions: { ...ts.configs.disableTypeChecked.languageOptions, globals: { ...globals.node } },
    rules: { ...ts.configs.disableTypeChecked.rules, "no-console": "off" },
  },
);
