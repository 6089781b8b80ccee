/**
 * Languages that code is coloured in: what may be written after a fence, and the file of highlight.js, each a chunk of
 * its own. A name that is not here leaves the code as it is.
 */
import type { LanguageFn } from "highlight.js";

export type LoadLanguage = () => Promise<{ readonly default: LanguageFn }>;

/** Languages by the name that highlight.js has for them. */
export const languages: ReadonlyMap<string, LoadLanguage> = new Map<string, LoadLanguage>([
  ["bash", () => import("highlight.js/lib/languages/bash")],
  ["c", () => import("highlight.js/lib/languages/c")],
  ["cpp", () => import("highlight.js/lib/languages/cpp")],
  ["csharp", () => import("highlight.js/lib/languages/csharp")],
  ["css", () => import("highlight.js/lib/languages/css")],
  ["dart", () => import("highlight.js/lib/languages/dart")],
  ["diff", () => import("highlight.js/lib/languages/diff")],
  ["dockerfile", () => import("highlight.js/lib/languages/dockerfile")],
  ["elixir", () => import("highlight.js/lib/languages/elixir")],
  ["erlang", () => import("highlight.js/lib/languages/erlang")],
  ["fsharp", () => import("highlight.js/lib/languages/fsharp")],
  ["go", () => import("highlight.js/lib/languages/go")],
  ["graphql", () => import("highlight.js/lib/languages/graphql")],
  ["groovy", () => import("highlight.js/lib/languages/groovy")],
  ["haskell", () => import("highlight.js/lib/languages/haskell")],
  ["ini", () => import("highlight.js/lib/languages/ini")],
  ["java", () => import("highlight.js/lib/languages/java")],
  ["javascript", () => import("highlight.js/lib/languages/javascript")],
  ["json", () => import("highlight.js/lib/languages/json")],
  ["julia", () => import("highlight.js/lib/languages/julia")],
  ["kotlin", () => import("highlight.js/lib/languages/kotlin")],
  ["latex", () => import("highlight.js/lib/languages/latex")],
  ["less", () => import("highlight.js/lib/languages/less")],
  ["lua", () => import("highlight.js/lib/languages/lua")],
  ["makefile", () => import("highlight.js/lib/languages/makefile")],
  ["markdown", () => import("highlight.js/lib/languages/markdown")],
  ["matlab", () => import("highlight.js/lib/languages/matlab")],
  ["nginx", () => import("highlight.js/lib/languages/nginx")],
  ["nix", () => import("highlight.js/lib/languages/nix")],
  ["objectivec", () => import("highlight.js/lib/languages/objectivec")],
  ["perl", () => import("highlight.js/lib/languages/perl")],
  ["php", () => import("highlight.js/lib/languages/php")],
  ["powershell", () => import("highlight.js/lib/languages/powershell")],
  ["protobuf", () => import("highlight.js/lib/languages/protobuf")],
  ["python", () => import("highlight.js/lib/languages/python")],
  ["r", () => import("highlight.js/lib/languages/r")],
  ["ruby", () => import("highlight.js/lib/languages/ruby")],
  ["rust", () => import("highlight.js/lib/languages/rust")],
  ["scala", () => import("highlight.js/lib/languages/scala")],
  ["scss", () => import("highlight.js/lib/languages/scss")],
  ["sql", () => import("highlight.js/lib/languages/sql")],
  ["swift", () => import("highlight.js/lib/languages/swift")],
  ["typescript", () => import("highlight.js/lib/languages/typescript")],
  ["vbnet", () => import("highlight.js/lib/languages/vbnet")],
  ["vim", () => import("highlight.js/lib/languages/vim")],
  ["wasm", () => import("highlight.js/lib/languages/wasm")],
  ["xml", () => import("highlight.js/lib/languages/xml")],
  ["yaml", () => import("highlight.js/lib/languages/yaml")],
]);

/** Other names of them. */
const aliases: ReadonlyMap<string, string> = new Map(
  Object.entries({
    bash: "sh zsh shell console shellscript",
    c: "h",
    cpp: "c++ cc hpp cxx",
    csharp: "cs c#",
    diff: "patch",
    dockerfile: "docker",
    elixir: "ex exs",
    erlang: "erl",
    fsharp: "fs f#",
    go: "golang",
    graphql: "gql",
    groovy: "gradle",
    haskell: "hs",
    ini: "toml conf cfg",
    javascript: "js jsx mjs cjs node",
    json: "jsonc json5 jsonl",
    julia: "jl",
    kotlin: "kt kts",
    latex: "tex",
    makefile: "make mk",
    markdown: "md",
    matlab: "octave",
    nginx: "nginxconf",
    objectivec: "objc obj-c",
    perl: "pl",
    powershell: "ps1 ps pwsh",
    protobuf: "proto",
    python: "py py3 python3 ipython gyp",
    ruby: "rb",
    rust: "rs",
    scss: "sass",
    sql: "mysql sqlite postgres postgresql pgsql plsql",
    typescript: "ts tsx mts cts",
    vbnet: "vb",
    vim: "viml",
    wasm: "wat",
    xml: "html xhtml svg svelte vue rss",
    yaml: "yml",
  }).flatMap(([name, others]) => others.split(" ").map((other): [string, string] => [other, name])),
);

/** The name of a language by what was written after a fence, or null if there is none. */
export function languageNamed(written: string): string | null {
  const name = written.toLowerCase().replace(/^language-|^\{?\.|\}$/g, "");
  if (languages.has(name)) return name;
  return aliases.get(name) ?? null;
}
