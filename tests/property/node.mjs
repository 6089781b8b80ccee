/**
 * Bundles `driver.ts` with the web client, and drives its tabs as told on standard input, one JSON line a request.
 *
 *     node node.mjs <folder of web/> <folder for bundles>
 *
 * Requests: `{"load": {"name", "edits": [[file, from, to], ...]}, "tabs": n}` bundles the client with these edits
 * (none for the client as it is) and makes n tabs of it; `{"do": [[tab, commands], ...]}`. Each is answered in a line.
 */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const [, , web, folder] = process.argv;
const { build } = await import(pathToFileURL(createRequire(join(web, "package.json")).resolve("vite")));

/** What the driver has to see of the client and nobody else has. */
const WINDOW = ["transport/client.ts", "  get status(): Status {", "  get position() { return this.#position; }\n  get status(): Status {"];

/** Replace lines of the sources, each of which must be there once. */
function editing(edits) {
  const left = new Set(edits);
  return {
    name: "edits",
    enforce: "pre",
    transform(code, id) {
      for (const edit of edits) {
        const [file, from, to] = edit;
        if (!id.endsWith(`/web/src/${file}`)) continue;
        if (code.split(from).length !== 2) throw new Error(`${file} does not have once: ${from}`);
        code = code.replace(from, () => to);
        left.delete(edit);
      }
      return { code, map: null };
    },
    buildEnd() {
      for (const [file, from] of left) throw new Error(`${file} is not part of the bundle; wanted to edit: ${from}`);
    },
  };
}

const bundles = new Map();

async function load({ name, edits }) {
  if (!bundles.has(name)) {
    await build({
      configFile: false,
      root: here,
      logLevel: "error",
      publicDir: false,
      plugins: [editing([WINDOW, ...edits])],
      build: { ssr: join(here, "driver.ts"), outDir: join(folder, name), minify: false, target: "node20" },
    });
    const { Tabs } = await import(pathToFileURL(join(folder, name, "driver.mjs")));
    bundles.set(name, new Tabs());
  }
  return bundles.get(name);
}

let tabs;

async function answer(request) {
  if (request.load === undefined) return tabs.do(request.do);
  tabs = await load(request.load);
  tabs.reset(request.tabs);
  return [];
}

for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  let reply;
  try {
    reply = { reports: await answer(JSON.parse(line)) };
  } catch (error) {
    reply = { error: String(error?.stack ?? error) };
  }
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}
