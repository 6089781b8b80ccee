/**
 * Build steps that leave out what this client never runs: parts of its libraries that only a setting could reach. Each
 * looks for the exact text it changes, so a new version of a library stops the build instead of silently undoing it.
 */
import { parseAst, type Plugin } from "vite";

/** Replace `find` by `put` everywhere; it has to occur `times` times. */
function swap(code: string, find: RegExp, put: string, times: number): string {
  let seen = 0;
  const changed = code.replace(find, () => {
    seen += 1;
    return put;
  });
  if (seen !== times) throw new Error(`slim: ${String(find)} was found ${String(seen)} times, not ${String(times)}; the library has changed`);
  return changed;
}

/**
 * Of marked, keep the parser as it is used in `src/markdown/lexer.ts`: GFM, and raw HTML as text. What goes: the
 * ready-made converter to HTML at its end, which hangs on to everything, the rules of other dialects, and blocks of HTML.
 */
export function slimMarked(): Plugin {
  return {
    name: "slim-marked",
    apply: "build",
    transform: { filter: { id: /\/marked\/lib\/marked\.esm\.js$/ }, handler: (code) => ({ code: onlyParser(code), map: null }) },
  };
}

/** The module `marked` cut down to `Lexer` and `Tokenizer`; a tokenizer has to bring its own `html` and `tag`. */
export function onlyParser(code: string): string {
  const end = /;var \w+=new \w+;function \w+\(.*?export\{(.*?)\};/s.exec(code);
  const names = end?.[1]?.split(",").filter((name) => /^\w+ as (?:Lexer|Tokenizer)$/.test(name));
  if (end === null || names?.length !== 2) throw new Error("slim: the end of marked has changed");
  let kept = `${code.slice(0, end.index)};export{${names.join(",")}};`;
  kept = swap(kept, /this\.options\.(?:pedantic|breaks)\b/g, "!1", 22);
  kept = swap(kept, /this\.options\.gfm\b/g, "!0", 3);

  // The tables of rules: {normal, gfm, pedantic}, where gfm is {...normal, and what is other}.
  const cuts: Range[] = [];
  const tables = find(kept, (node) => node.type === "ObjectExpression" && keys(node).join().startsWith("normal,gfm,"));
  if (tables.length !== 2) throw new Error("slim: the rules of marked have changed");
  for (const table of tables) {
    cuts.push(...properties(table).filter((property) => !["normal", "gfm"].includes(keyOf(property))));
    const [normal, gfm] = ["normal", "gfm"].map((name) => declared(kept, table, name));
    if (!normal || !gfm) throw new Error("slim: the rules of marked have changed");
    cuts.push(...properties(normal).filter((property) => ["html", ...keys(gfm)].includes(keyOf(property))));
  }
  const methods = find(kept, (node) => node.type === "MethodDefinition" && ["html", "tag"].includes(keyOf(node)) && kept.slice(node.start, node.end).includes("this.rules"));
  if (methods.length !== 2) throw new Error("slim: the tokenizer of marked has changed");
  return withoutUnused(cut(kept, [...cuts, ...methods]));
}

type Range = Readonly<{ start: number; end: number }>;
type Node = Range & Readonly<Record<string, unknown>> & { readonly type: string };

const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null && "type" in value;

/** All nodes of a module for which `wanted` holds. */
function find(code: string, wanted: (node: Node) => boolean): Node[] {
  const found: Node[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit);
    else if (isNode(value)) {
      if (wanted(value)) found.push(value);
      Object.values(value).forEach(visit);
    }
  };
  visit(parseAst(code));
  return found;
}

const properties = (node: Node): Node[] => (node["properties"] as Node[]).filter(({ type }) => type === "Property");
const keyOf = (property: Node): string => String((property["key"] as Node)["name"]);
const keys = (node: Node): string[] => properties(node).map(keyOf);

/** The object that a property of `table` names. */
function declared(code: string, table: Node, property: string): Node | undefined {
  const value = properties(table).find((one) => keyOf(one) === property)?.["value"] as Node | undefined;
  const [declarator] = find(code, (node) => node.type === "VariableDeclarator" && (node["id"] as Node)["name"] === value?.["name"]);
  return declarator?.["init"] as Node | undefined;
}

/** Without these parts of lists, and the comma before or behind each. */
function cut(code: string, ranges: readonly Range[]): string {
  return [...ranges]
    .sort((one, other) => other.start - one.start)
    .reduce((left, { start, end }) => {
      const behind = left[end] === "," ? 1 : 0;
      const before = behind === 0 && left[start - 1] === "," ? 1 : 0;
      return left.slice(0, start - before) + left.slice(end + behind);
    }, code);
}

/**
 * Without rules and variables that nothing reads: no other identifier has their name. Their values are made without
 * side effects, which a bundler cannot know.
 */
function withoutUnused(code: string): string {
  for (let left = code; ; ) {
    const used = new Map<unknown, number>();
    for (const node of find(left, ({ type }) => type === "Identifier")) used.set(node["name"], (used.get(node["name"]) ?? 0) + 1);
    const once = (name: unknown): boolean => used.get(name) === 1;
    const unused = [
      ...find(left, ({ type, id }) => type === "VariableDeclarator" && isNode(id) && once(id["name"])),
      ...find(left, (node) => node.type === "ObjectExpression" && properties(node).length > 9).flatMap((node) =>
        properties(node).filter((property) => once(keyOf(property))),
      ),
    ];
    // A whole declaration of one variable is left to the bundler, which removes it.
    const [first] = unused.filter(({ start, end }) => left[start - 1] === "," || left[end] === ",");
    if (!first) return left;
    // One at a time: two neighbours share a comma.
    left = cut(left, [first]);
  }
}

/**
 * A short way to load a chunk with its style sheets, in place of Vite's own: all at once, and nothing is remembered of
 * what failed, so that another attempt is one.
 */
export function slimPreload(): Plugin {
  return {
    name: "slim-preload",
    apply: "build",
    transform: {
      filter: { id: /vite\/preload-helper\.js$/ },
      handler: () => ({ code: preload, map: null }),
    },
  };
}

const preload = `
const sheets = {};
export const __vitePreload = (load, paths = [], from) =>
  Promise.all([
    load(),
    ...paths.filter((path) => path.endsWith(".css")).map((path) => {
      const { href } = new URL(path, from);
      return (sheets[href] ??= new Promise((loaded, failed) => {
        const link = document.createElement("link");
        link.rel = "stylesheet";
        link.href = href;
        link.onload = loaded;
        link.onerror = () => {
          delete sheets[href];
          link.remove();
          failed(new Error(href));
        };
        document.head.append(link);
      }));
    }),
  ]).then(([module]) => module);
`;

/**
 * Of Svelte, leave out what serves server rendering, components of older versions and asynchronous ones, and style
 * attributes as text, which the content security policy refuses.
 */
export function slimSvelte(): Plugin {
  const changes: readonly (readonly [file: string, change: (code: string) => string])[] = [
    [
      "internal/flags/index.js",
      (code) => swap(swap(code, /export let (?=\w+_mode_flag = false)/g, "export const ", 3), /\n\t\w+_mode_flag = (?:true|false);/g, "", 4),
    ],
    // An Error as a constant: it would look for its place in the script, which is parsed a second time for that at every start.
    ["internal/client/constants.js", (code) => swap(code, /class StaleReactionError extends Error(?= \{)/g, "class StaleReactionError", 1)],
    ["internal/client/dom/hydration.js", (code) => swap(swap(code, /export let (?=hydrating = false)/g, "export const ", 1), /\n\thydrating = value;/g, "", 1)],
    ["internal/shared/attributes.js", (code) => swap(code, /(?<=\n\t\t)if \(value\) \{(?=\n\t\t\t\/\/ strip comments)/g, "if (false) {", 1)],
  ];
  return {
    name: "slim-svelte",
    apply: "build",
    enforce: "pre",
    transform: {
      filter: { id: /\/svelte\/src\/internal\// },
      handler(code, id) {
        const change = changes.find(([file]) => id.endsWith(`/svelte/src/${file}`))?.[1];
        return change && { code: change(code), map: null };
      },
    },
  };
}

/** Name of the class that keeps a component's styles to itself; short, since they are a part of the first load. */
export function shortClass({ hash, filename, css }: { hash: (text: string) => string; filename: string; css: string }): string {
  const file = filename.replace(/^.*\/(?=src\/)/, "");
  return `s${hash(file === "(unknown)" ? css : file).slice(0, 4)}`;
}
