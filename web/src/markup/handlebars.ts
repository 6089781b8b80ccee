/**
 * Templates of Handlebars, interpreted: the library makes functions from texts, which the page's content security policy
 * refuses. There are values and paths, `#if`, `#unless`, `#each`, `#with`, sections, `else`, comments, `lookup` and `intl`.
 * The result is HTML that is still to be sanitised.
 */
import type { Values } from "../page/read";
import { format } from "./intl";
import { escapeHtml } from "./text";

/** Most steps that one template takes, so that a nested loop ends. */
const MAX_STEPS = 100_000;

/** A value in a tag: a literal, a path, or a helper with its arguments. */
type Expression =
  | { readonly type: "literal"; readonly value: unknown }
  | { readonly type: "path"; readonly up: number; readonly data: boolean; readonly steps: readonly string[] }
  | { readonly type: "call"; readonly name: string; readonly args: readonly Expression[]; readonly named: Readonly<Record<string, Expression>> };

type Node =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "value"; readonly value: Expression; readonly raw: boolean }
  | { readonly type: "block"; readonly name: string; readonly value: Expression; readonly names: readonly string[]; readonly body: readonly Node[]; readonly otherwise: readonly Node[] };

/** Where a template stands: the value that names belong to, the one around it, and what `@` and block parameters mean. */
interface Scope {
  readonly value: unknown;
  readonly data: Values;
  readonly named: Values;
  readonly outer: Scope | undefined;
}

/** A template that cannot be read, or takes too long. */
export class TemplateError extends Error {}

/** A template that was read, to be filled with values. */
export type Template = (values: unknown) => string;

/**
 * Read a template.
 *
 * @param escape What makes text of a value; `{{{name}}}` does without.
 * @throws TemplateError If a tag of it cannot be read, or a block has no end.
 */
export function compile(text: string, escape: (value: string) => string = escapeHtml): Template {
  const nodes = parse(text);
  return (values) => {
    let steps = 0;
    const count = (): void => {
      if (++steps > MAX_STEPS) throw new TemplateError("the template takes too many steps");
    };
    const run = (some: readonly Node[], scope: Scope): string => some.map((node) => draw(node, scope)).join("");
    const draw = (node: Node, scope: Scope): string => {
      count();
      if (node.type === "text") return node.text;
      if (node.type === "block") return block(node, scope, run);
      const shown = textOf(evaluate(node.value, scope));
      return node.raw ? shown : escape(shown);
    };
    return run(nodes, { value: values, data: { root: values }, named: {}, outer: undefined });
  };
}

/**
 * Fill a text such as `=Hello {{name}}`; `=name` alone is a value. What cannot be read stays as it was written.
 *
 * @param escape As for {@link compile}.
 */
export function filled(text: string, values: unknown, escape?: (value: string) => string): string {
  const template = text.slice(1);
  try {
    return compile(/^\w+$/.test(template) ? `{{${template}}}` : template, escape)(values);
  } catch {
    return text;
  }
}

/** Where the blanks at the end of a text begin. */
function endOf(text: string): number {
  let end = text.length;
  while (end > 0 && (text[end - 1] === " " || text[end - 1] === "\t")) end--;
  return end;
}

// ---------------------------------------------------------------------------------------- values

const isRecord = (value: unknown): value is Values => typeof value === "object" && value !== null && !Array.isArray(value);

/** What Handlebars takes for false. */
const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || value === false || value === "" || value === 0 || Number.isNaN(value) || (Array.isArray(value) && value.length === 0);

function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (Array.isArray(value)) return value.map(textOf).join(",");
  return isRecord(value) ? "[object Object]" : "";
}

/** A property of the value itself: what objects inherit is nothing of a template's. */
function member(of: unknown, name: string): unknown {
  if (Array.isArray(of) && name === "length") return of.length;
  if (typeof of !== "object" || of === null || !Object.hasOwn(of, name)) return undefined;
  return (of as Values)[name];
}

function evaluate(expression: Expression, scope: Scope): unknown {
  if (expression.type === "literal") return expression.value;
  if (expression.type === "call") return call(expression, scope);
  let from: Scope | undefined = scope;
  for (let up = expression.up; up > 0 && from; up--) from = from.outer;
  if (!from) return undefined;
  const [first, ...rest] = expression.steps;
  if (first === undefined) return from.value;
  const named = expression.up === 0 && Object.hasOwn(from.named, first);
  const start = expression.data ? member(from.data, first) : named ? from.named[first] : member(from.value, first);
  return rest.reduce(member, start);
}

function call({ name, args, named }: Expression & { type: "call" }, scope: Scope): unknown {
  const values = args.map((one) => evaluate(one, scope));
  switch (name) {
    case "lookup":
      return member(values[0], textOf(values[1]));
    case "intl":
      return format(values[0], Object.fromEntries(Object.entries(named).map(([key, one]) => [key, evaluate(one, scope)])));
    default:
      throw new TemplateError(`there is no helper "${name}"`);
  }
}

function block(node: Node & { type: "block" }, scope: Scope, run: (nodes: readonly Node[], scope: Scope) => string): string {
  const value = evaluate(node.value, scope);
  const inside = (of: unknown, data: Values = {}, ...params: readonly unknown[]): Scope => ({
    value: of,
    data: { ...scope.data, ...data },
    named: { ...scope.named, ...Object.fromEntries(node.names.map((name, at) => [name, params[at]])) },
    outer: scope,
  });
  const each = (entries: readonly (readonly [string | number, unknown])[]): string =>
    entries
      .map(([key, one], index) => run(node.body, inside(one, { index, key, first: index === 0, last: index === entries.length - 1 }, one, key)))
      .join("");
  const otherwise = (): string => run(node.otherwise, scope);
  switch (node.name) {
    case "if":
      return isEmpty(value) ? otherwise() : run(node.body, scope);
    case "unless":
      return isEmpty(value) ? run(node.body, scope) : otherwise();
    case "with":
      return isEmpty(value) ? otherwise() : run(node.body, inside(value, {}, value));
    case "each": {
      const entries = Array.isArray(value) ? [...value.entries()] : isRecord(value) ? Object.entries(value) : [];
      return entries.length === 0 ? otherwise() : each(entries);
    }
    case "^":
      return isEmpty(value) ? run(node.body, scope) : otherwise();
    default:
      // A section: `{{#name}}...{{/name}}`.
      if (value === true) return run(node.body, scope);
      if (value === undefined || value === null || value === false || (Array.isArray(value) && value.length === 0)) return otherwise();
      return Array.isArray(value) ? each([...value.entries()]) : run(node.body, inside(value));
  }
}

// ---------------------------------------------------------------------------------------- reading

interface Open {
  readonly name: string;
  /** What has to be written at its end. */
  readonly close: string;
  readonly value: Expression;
  readonly names: readonly string[];
  readonly body: Node[];
  readonly otherwise: Node[];
  /** Whether what comes belongs to `otherwise`. */
  other: boolean;
  /** Made by `else if`, and ended with the block that it is in. */
  readonly chained: boolean;
}

function parse(text: string): readonly Node[] {
  const nodes: Node[] = [];
  const open: Open[] = [];
  const here = (): Node[] => {
    const top = open.at(-1);
    return top === undefined ? nodes : top.other ? top.otherwise : top.body;
  };
  const close = (): Open => {
    const ended = open.pop();
    if (ended === undefined) throw new TemplateError("a block ends that has not begun");
    const { name, value, names, body, otherwise } = ended;
    here().push({ type: "block", name, value, names, body, otherwise });
    return ended;
  };
  let at = 0;
  let trim = false;
  while (at < text.length) {
    const start = text.indexOf("{{", at);
    let before = text.slice(at, start < 0 ? text.length : start);
    if (trim) before = before.trimStart();
    trim = false;
    if (start > 0 && before.endsWith("\\")) {
      // `\{{` is text.
      here().push({ type: "text", text: `${before.slice(0, -1)}{{` });
      at = start + 2;
      continue;
    }
    if (start < 0) {
      here().push({ type: "text", text: before });
      break;
    }
    const tag = tagAt(text, start);
    at = tag.end;
    const alone = /^[#^/!]|^else\b/.test(tag.inside) && isAlone(text, start, tag.end);
    if (tag.trimBefore) before = before.trimEnd();
    else if (alone) before = before.slice(0, endOf(before));
    if (before !== "") here().push({ type: "text", text: before });
    trim = tag.trimAfter;
    if (alone && !trim) at += /^[ \t]*\r?\n?/.exec(text.slice(at, at + 200))?.[0].length ?? 0;
    const { inside } = tag;
    if (inside.startsWith("!")) continue;
    if (inside.startsWith("/")) {
      let ended = close();
      while (ended.chained) ended = close();
      if (ended.close !== inside.slice(1).trim()) throw new TemplateError(`the block "${ended.close}" ends with "${inside}"`);
    } else if (inside === "^" || inside === "else" || /^else\s/.test(inside)) {
      const top = open.at(-1);
      if (top === undefined) throw new TemplateError(`"${inside}" stands outside of a block`);
      top.other = true;
      const next = inside === "^" ? "" : inside.slice(4).trim();
      if (next !== "") open.push(opened(next, true));
    } else if (inside.startsWith("#")) open.push(opened(inside.slice(1).trim(), false));
    else if (inside.startsWith("^")) {
      const name = inside.slice(1).trim();
      open.push({ name: "^", close: name, value: read(name), names: [], body: [], otherwise: [], other: false, chained: false });
    } else here().push({ type: "value", value: read(inside), raw: tag.raw });
  }
  const left = open.at(-1);
  if (left !== undefined) throw new TemplateError(`the block "${left.close}" has no end`);
  return nodes;
}

interface Tag {
  readonly inside: string;
  readonly raw: boolean;
  readonly trimBefore: boolean;
  readonly trimAfter: boolean;
  readonly end: number;
}

function tagAt(text: string, start: number): Tag {
  const triple = text.startsWith("{{{", start);
  const comment = /^\{\{~?!--/.test(text.slice(start, start + 6));
  const closing = triple ? "}}}" : comment ? "--" : "}}";
  let end = text.indexOf(closing, start + (comment ? 6 : 2));
  if (comment && end >= 0) end = text.indexOf("}}", end) - (text.charAt(text.indexOf("}}", end) - 1) === "~" ? 1 : 0);
  if (end < 0) throw new TemplateError(`a tag has no end: ${text.slice(start, start + 20)}`);
  const tail = triple ? 3 : 2;
  if (comment) {
    const after = text.charAt(end) === "~";
    return { inside: "!", raw: false, trimBefore: text.charAt(start + 2) === "~", trimAfter: after, end: end + (after ? 3 : 2) };
  }
  let inside = text.slice(start + tail, end);
  const [trimBefore, trimAfter] = [inside.startsWith("~"), inside.endsWith("~")];
  inside = inside.slice(trimBefore ? 1 : 0, trimAfter ? -1 : undefined).trim();
  const raw = triple || inside.startsWith("&");
  return { inside: inside.startsWith("&") ? inside.slice(1).trim() : inside, raw, trimBefore, trimAfter, end: end + tail };
}

/** Whether a tag is all that its line has; the line is left out then. */
function isAlone(text: string, start: number, end: number): boolean {
  const line = text.slice(text.lastIndexOf("\n", start - 1) + 1, start);
  const stop = text.indexOf("\n", end);
  return /^[ \t]*$/.test(line) && /^[ \t\r]*$/.test(text.slice(end, stop < 0 ? text.length : stop));
}

function opened(inside: string, chained: boolean): Open {
  const params = /\sas\s*\|([^|]*)\|$/.exec(inside);
  const [name = "", ...rest] = words(params === null ? inside : inside.slice(0, params.index));
  const names = params?.[1]?.trim().split(/\s+/) ?? [];
  const known = ["if", "unless", "each", "with"].includes(name);
  if (known && rest.length === 0) throw new TemplateError(`"#${name}" needs a value`);
  if (!known && rest.length > 0) throw new TemplateError(`there is no helper "${name}"`);
  const value = known ? one(rest[0] ?? "") : read(name);
  return { name, close: name, value, names, body: [], otherwise: [], other: false, chained };
}

/** The words of a tag: quoted texts, `[names in brackets]` and `(calls)` are one word. */
function words(inside: string): readonly string[] {
  const found: string[] = [];
  let [word, depth, quote] = ["", 0, ""];
  for (const sign of inside) {
    if (quote !== "") quote = sign === quote ? "" : quote;
    else if (sign === '"' || sign === "'") quote = sign;
    else if (sign === "[") quote = "]";
    else if (sign === "(") depth++;
    else if (sign === ")") depth--;
    if (quote === "" && depth === 0 && /\s/.test(sign)) {
      if (word !== "") found.push(word);
      word = "";
    } else word += sign;
  }
  return word === "" ? found : [...found, word];
}

/** A value, or a helper with its arguments. */
function read(inside: string): Expression {
  const [first = "", ...rest] = words(inside);
  if (rest.length === 0) return one(first);
  const named: Record<string, Expression> = Object.create(null) as Record<string, Expression>;
  const args: Expression[] = [];
  for (const word of rest) {
    const pair = /^([\w-]+)=(.*)$/s.exec(word);
    if (pair?.[1] === undefined) args.push(one(word));
    else named[pair[1]] = one(pair[2] ?? "");
  }
  return { type: "call", name: first, args, named };
}

const LITERALS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ["true", true],
  ["false", false],
  ["null", null],
  ["undefined", undefined],
]);

function one(word: string): Expression {
  if (LITERALS.has(word)) return { type: "literal", value: LITERALS.get(word) };
  if (/^-?\d+(?:\.\d+)?$/.test(word)) return { type: "literal", value: Number(word) };
  if (/^(["']).*\1$/s.test(word) && word.length > 1) return { type: "literal", value: word.slice(1, -1) };
  if (word.startsWith("(") && word.endsWith(")")) return read(word.slice(1, -1));
  const data = word.startsWith("@");
  let [rest, up] = [data ? word.slice(1) : word, 0];
  for (; rest.startsWith("../") || rest === ".."; rest = rest.slice(3)) up++;
  rest = rest.replace(/^(?:\.\/|this[./]|\.$|this$)/, "");
  const steps = [...rest.matchAll(/\[([^[\]]*)\]|[^./[\]]+/g)].map(([all, quoted]) => quoted ?? all);
  if (rest !== "" && steps.length === 0) throw new TemplateError(`"${word}" is no name`);
  return { type: "path", up, data, steps };
}
