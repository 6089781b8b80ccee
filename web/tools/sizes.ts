/** Prints what the first load consists of, `make size`; tests/test_package.py holds its bound. */
import { basename } from "node:path";
import { gzipSync } from "node:zlib";
import { minifySync, type Plugin } from "vite";

/** Groups of modules, by where they are; the first that fits counts. */
const GROUPS: readonly (readonly [name: string, where: RegExp])[] = [
  ["svelte", /node_modules\/(svelte|clsx|esm-env)\//],
  ["marked", /node_modules\/marked\//],
  ["markdown", /\/src\/markdown\//],
  ["chat", /\/src\/chat\//],
  ["transport, page", /\/src\/(transport|page)\//],
  ["app, ui, cards", /\/src\/(app|ui|cards)\//],
  ["texts", /words:|\/src\/i18n\//],
];

const print = (line: string): boolean => process.stdout.write(`${line}\n`);
const packed = (text: string): number => gzipSync(text, { level: 9 }).length;

/** Of each group its share of a size: what its modules take by themselves, scaled to the whole. */
export function shares(modules: ReadonlyMap<string, string>, whole: number): readonly (readonly [name: string, bytes: number])[] {
  const groups = new Map<string, string>();
  for (const [id, code] of modules) {
    const name = GROUPS.find(([, where]) => where.test(id))?.[0] ?? "other";
    groups.set(name, `${groups.get(name) ?? ""}${code}\n`);
  }
  const alone = [...groups].map(([name, code]) => [name, packed(minifySync("group.js", code, { compress: { unused: false } }).code)] as const);
  const sum = alone.reduce((total, [, bytes]) => total + bytes, 0);
  return alone.map(([name, bytes]) => [name, Math.round((whole * bytes) / sum)] as const).sort(([, one], [, other]) => other - one);
}

/** In the build mode `size`: prints the table and writes nothing. */
export function sizeReport(): Plugin {
  return {
    name: "size-report",
    apply: (_, { mode }) => mode === "size",
    enforce: "post",
    config: () => ({ build: { write: false }, logLevel: "error" }),
    generateBundle(_, bundle) {
      const rows: (readonly [string, number])[] = [];
      for (const file of Object.values(bundle)) {
        if (file.type === "asset") {
          if (/^main-.*\.css$/.test(basename(file.fileName))) rows.push(["styles", packed(String(file.source))]);
        } else if (file.name === "main") {
          rows.push(...shares(new Map(Object.entries(file.modules).map(([id, { code }]) => [id, code ?? ""])), packed(file.code)));
        } else if (file.code.length < 1_000) {
          print(`under 1 kB: ${file.fileName}, ${String(file.code.length)} B`);
        }
      }
      rows.push(["all but early.ts", rows.reduce((sum, [, bytes]) => sum + bytes, 0)]);
      for (const [name, bytes] of rows) print(`${name.padEnd(16)}${bytes.toLocaleString("en").padStart(8)} B gz`);
    },
  };
}
