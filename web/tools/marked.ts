/**
 * A build step that leaves out what this client never runs of marked, which is the largest library of the first load. It
 * looks for the exact text it changes, so a new version of marked stops the build instead of silently undoing it.
 */
import { parseAst, type Plugin } from "vite";
import { swap } from "./swap.ts";

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
  if (end === null || names?.length !== 2) throw new Error("the end of marked has changed");
  let kept = `${code.slice(0, end.index)};export{${names.join(",")}};`;
  kept = swap(kept, /this\.options\.(?:pedantic|breaks)\b/g, "!1", 22);
  kept = swap(kept, /this\.options\.gfm\b/g, "!0", 3);

  // The tables of rules: {normal, gfm, pedantic}, where gfm is {...normal, and what is other}.
  const cuts: Range[] = [];
  const tables = find(kept, (node) => node.type === "ObjectExpression" && keys(node).join().startsWith("normal,gfm,"));
  if (tables.length !== 2) throw new Error("the rules of marked have changed");
  for (const table of tables) {
    cuts.push(...properties(table).filter((property) => !["normal", "gfm"].includes(keyOf(property))));
    const [normal, gfm] = ["normal", "gfm"].map((name) => declared(kept, table, name));
    if (!normal || !gfm) throw new Error("the rules of marked have changed");
    cuts.push(...properties(normal).filter((property) => ["html", ...keys(gfm)].includes(keyOf(property))));
  }
  const methods = find(kept, (node) => node.type === "MethodDefinition" && ["html", "tag"].includes(keyOf(node)) && kept.slice(node.start, node.end).includes("this.rules"));
  if (methods.length !== 2) throw new Error("the tokenizer of marked has changed");
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
