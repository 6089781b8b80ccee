import type { Plugin } from "vite";
import { swap } from "./swap.ts";

/**
 * Of Svelte, leave out what this client never runs: what serves server rendering, components of older versions and
 * asynchronous ones, and style attributes as text, which the content security policy refuses. That is 1.5 kB of the first
 * load, packed; drop this step when the bound in tests/test_package.py has the room.
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
