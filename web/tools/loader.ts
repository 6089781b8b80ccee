import type { Plugin } from "vite";

/**
 * Loads a chunk with its style sheets, in place of Vite's own helper. Vite takes a style sheet for loaded once it was asked
 * for, so that the next attempt after a failure shows a part without its styles; and it asks for the script after the
 * style sheets. Here all are asked for at once, and nothing is remembered of what failed.
 */
export function chunkLoader(): Plugin {
  return {
    name: "chunk-loader",
    apply: "build",
    transform: {
      filter: { id: /vite\/preload-helper\.js$/ },
      handler: () => ({ code: loader, map: null }),
    },
  };
}

const loader = `
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
