/**
 * Unit tests of the web client with lines replaced: `SWELL_TESTS_WEAKENED_WEB` has `[[file, from, to], ...]`, files below
 * `web/src`. `mutants.py` has the lines, and the tests that must fail.
 */
import config from "../../web/vite.config.ts";

const edits = JSON.parse(process.env.SWELL_TESTS_WEAKENED_WEB ?? "[]") as [string, string, string][];

const weaken = {
  name: "weaken",
  enforce: "pre" as const,
  transform(code: string, id: string) {
    for (const [file, from, to] of edits)
      if (id.split("?")[0].endsWith(`/web/src/${file}`)) {
        if (code.split(from).length !== 2) throw new Error(`NotServedError: ${file} does not have once: ${from}`);
        code = code.replace(from, () => to);
      }
    return { code, map: null };
  },
};

export default (env: { mode: string; command: "serve" }) => {
  const own = config(env);
  return { ...own, plugins: [weaken, ...own.plugins] };
};
