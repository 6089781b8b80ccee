/**
 * Compiles the texts of `src/swell/locales`, one JSON file a language, into modules, so that the browser parses nothing:
 *
 * - `words:<area>` has the English texts of one area of the interface, as `text`;
 * - `words:languages` says how to load each other language, which is one chunk.
 *
 * A message is written in ICU's MessageFormat, as far as it is needed: `{name}` puts in a text, `{n, number}` a number,
 * and `{n, plural, one {# file} other {# files}}` chooses by number. A file that lacks a text, has one too many or puts in
 * other values than the English one stops the build.
 */
import { readdirSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import type { Plugin } from "vite";

/** A part of a message: text as it is, or a value that is put in. */
export type Piece = string | { readonly value: string; readonly kind: "text" } | { readonly value: string; readonly kind: "number" } | Choice;
interface Choice {
  readonly value: string;
  readonly kind: "plural";
  readonly forms: Readonly<Record<string, readonly Piece[]>>;
}

type Area = Readonly<Record<string, string>>;
type Areas = Readonly<Record<string, Area>>;

/** A file of texts. `server` and `both` are read by the Python package `swell.locales`. */
export interface Locale {
  readonly language: Area;
  readonly both: Areas;
  readonly client: Areas;
  readonly server: Areas;
}

/** Read a message. */
export function parse(message: string): readonly Piece[] {
  let at = 0;
  const fail = (): never => {
    throw new Error(`cannot read \`${message}\` after \`${message.slice(0, at)}\``);
  };
  const take = (pattern: RegExp): string | undefined => {
    const found = new RegExp(pattern.source, "y");
    found.lastIndex = at;
    const match = found.exec(message);
    if (match) at += match[0].length;
    return match?.[1] ?? match?.[0];
  };
  /** Pieces up to the end, or to the brace that ends a plural form, where `#` is the number. */
  const pieces = (counted?: string): readonly Piece[] => {
    const found: Piece[] = [];
    for (;;) {
      const text = take(counted === undefined ? /[^{}]+/ : /[^{}#]+/);
      if (text !== undefined) found.push(text);
      else if (counted !== undefined && take(/#/)) found.push({ value: counted, kind: "number" });
      else if (take(/\{/)) found.push(value());
      else return found;
    }
  };
  const value = (): Piece => {
    const name = take(/\s*([a-z]\w*)\s*/i) ?? fail();
    if (take(/\}/)) return { value: name, kind: "text" };
    if (take(/,\s*number\s*\}/)) return { value: name, kind: "number" };
    if (!take(/,\s*plural\s*,/)) fail();
    const forms: Record<string, readonly Piece[]> = {};
    for (let form; (form = take(/\s*(zero|one|two|few|many|other)\s*\{/)) !== undefined; ) {
      forms[form] = pieces(name);
      if (!take(/\}/)) fail();
    }
    if (!take(/\s*\}/) || !("other" in forms)) fail();
    return { value: name, kind: "plural", forms };
  };
  const all = pieces();
  return at === message.length ? all : fail();
}

/** The values that are put into a message, by name, with their types. */
export function values(pieces: readonly Piece[]): ReadonlyMap<string, "text" | "number"> {
  const found = new Map<string, "text" | "number">();
  for (const piece of pieces) {
    if (typeof piece === "string") continue;
    found.set(piece.value, piece.kind === "text" ? "text" : "number");
    if (piece.kind === "plural") for (const form of Object.values(piece.forms)) for (const [name, kind] of values(form)) found.set(name, kind);
  }
  return new Map([...found].sort());
}

/** Say what is wrong with a file of texts beside the English one. */
export function faults(locale: Locale, english: Locale): string[] {
  const found: string[] = [];
  const compare = (own: unknown, its: unknown, path: string): void => {
    if (typeof its === "string") {
      const fact = path.startsWith("language.");
      if (typeof own !== "string" || (fact ? own : own.trim()) === "") return void found.push(`${path} is missing`);
      if (fact) return;
      try {
        const [put, wanted] = [own, its].map((message) => [...values(parse(message)).keys()].join(", "));
        if (put !== wanted) found.push(`${path} puts in {${put ?? ""}} instead of {${wanted ?? ""}}`);
      } catch (error) {
        found.push(`${path}: ${(error as Error).message}`);
      }
      return;
    }
    const [part, model] = [own ?? {}, its] as Readonly<Record<string, unknown>>[];
    for (const key of new Set([...Object.keys(model ?? {}), ...Object.keys(part ?? {})])) {
      const inner = path === "" ? key : `${path}.${key}`;
      if (model?.[key] === undefined) found.push(`${inner} is not among the English texts`);
      else compare(part?.[key], model[key], inner);
    }
  };
  compare(locale, english, "");
  return found;
}

/** Read all languages of a folder, by their names. */
export function readLocales(folder: string): ReadonlyMap<string, Locale> {
  const files = readdirSync(folder).filter((file) => file.endsWith(".json"));
  const locales = new Map(files.map((file) => [basename(file, ".json"), JSON.parse(readFileSync(join(folder, file), "utf8")) as Locale]));
  const english = locales.get("en");
  if (!english) throw new Error(`there is no en.json in ${folder}`);
  const wrong = [...locales].flatMap(([name, locale]) => faults(locale, english).map((fault) => `${name}.json: ${fault}`));
  if (wrong.length > 0) throw new Error(`the texts in ${folder} do not fit:\n${wrong.join("\n")}`);
  return locales;
}

/** What a message is in the module: a string, or a function of the values that are put in. */
export function compile(message: string): string {
  const pieces = parse(message);
  const names = [...values(pieces).keys()];
  return names.length === 0 ? JSON.stringify(message) : `({ ${names.join(", ")} }) => ${expression(pieces)}`;
}

function expression(pieces: readonly Piece[]): string {
  const parts = pieces.map((piece) => {
    if (typeof piece === "string") return piece.replace(/[\\`$]/g, "\\$&");
    if (piece.kind === "text") return `\${${piece.value}}`;
    if (piece.kind === "number") return `\${$written(${piece.value})}`;
    const forms = Object.entries(piece.forms).map(([form, inner]) => `${form}: ${expression(inner)}`);
    return `\${$plural(${piece.value}, { ${forms.join(", ")} })}`;
  });
  return `\`${parts.join("")}\``;
}

const table = (area: Area): string => `{ ${Object.entries(area).map(([key, message]) => `${key}: ${compile(message)}`).join(", ")} }`;
const areas = ({ both, client }: Locale): Areas => ({ ...both, ...client });

/** Types of the modules `words:<area>`. */
export function declarations(english: Locale): string {
  const modules = Object.entries(areas(english)).map(([area, texts]) => {
    const lines = Object.entries(texts).map(([key, message]) => {
      const put = [...values(parse(message))].map(([name, kind]) => `readonly ${name}: ${kind === "number" ? "number" : "string | number"}`);
      return `    readonly ${key}: ${put.length === 0 ? "string" : `(values: { ${put.join("; ")} }) => string`};`;
    });
    return [`declare module "words:${area}" {`, "  export const text: {", ...lines, "  };", "}"].join("\n");
  });
  const languages = [
    'declare module "words:languages" {',
    "  type Texts = Readonly<Record<string, string | ((values: never) => string)>>;",
    "  /** Loads the texts of each language but English, by area. */",
    "  const languages: Readonly<Record<string, () => Promise<{ readonly default: Readonly<Record<string, Texts>> }>>>;",
    "  export default languages;",
    "}",
  ];
  return [`// Made from src/swell/locales/en.json by \`make gen\`.`, ...languages, ...modules, ""].join("\n");
}

/** Where the texts are: with the Python package, which reads its own at run time. */
export const FOLDER = resolve(import.meta.dirname, "../../src/swell/locales");

export function words(folder = FOLDER): Plugin {
  const source = resolve(import.meta.dirname, "../src/i18n");
  const helpers = `import { written as $written, plural as $plural } from ${JSON.stringify(`${source}/counts.ts`)};\n`;
  /** A language is a module of its own name, under which `manifest.json` lists it. */
  const module = (name: string): string => `${source}/languages/${name}`;
  return {
    name: "words",
    resolveId(id) {
      if (id.startsWith("words:")) return `\0${id}`;
      return id.startsWith(module("")) ? id : undefined;
    },
    load(id) {
      const area = /^\0words:(\w+)$/.exec(id)?.[1];
      const language = id.startsWith(module("")) ? basename(id) : undefined;
      if (area === undefined && language === undefined) return undefined;
      const locales = readLocales(folder);
      for (const name of locales.keys()) this.addWatchFile(join(folder, `${name}.json`));
      if (area === "languages") {
        const others = [...locales.keys()].filter((name) => name !== "en");
        return `export default { ${others.map((name) => `${JSON.stringify(name)}: () => import(${JSON.stringify(module(name))})`).join(", ")} };`;
      }
      if (language !== undefined) {
        const locale = locales.get(language);
        if (!locale) throw new Error(`there is no ${language}.json in ${folder}`);
        const tables = Object.entries(areas(locale)).map(([name, texts]) => `${name}: ${table(texts)}`);
        return `${helpers}export default { ${tables.join(",\n")} };`;
      }
      const texts = areas(locales.get("en") as Locale)[area ?? ""];
      if (!texts) throw new Error(`there are no texts of the area ${area ?? ""}`);
      return `${helpers}import { area } from ${JSON.stringify(`${source}/area.ts`)};\nexport const text = area("${area ?? ""}", ${table(texts)});`;
    },
  };
}
