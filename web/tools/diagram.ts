import { build, type Plugin } from "vite";

/**
 * Diagrams are drawn in a frame that shares nothing with the page (`src/markdown/diagram/diagram.ts`), not even files: it is
 * built on its own, with a manifest of its own. Formulas within diagrams are left out, and with them a second library
 * for what the page draws itself.
 */
export function diagramFrame(): Plugin {
  return {
    name: "diagram-frame",
    apply: "build",
    async closeBundle() {
      await build({
        configFile: false,
        base: "./",
        logLevel: "warn",
        resolve: { alias: { katex: new URL("../src/markdown/diagram/empty-module.ts", import.meta.url).pathname } },
        build: {
          target: ["chrome111", "edge111", "firefox115", "safari16.4"],
          outDir: "../src/swell/web",
          emptyOutDir: false,
          manifest: "diagram.json",
          modulePreload: false,
          assetsInlineLimit: 0,
          chunkSizeWarningLimit: 2_000,
          rolldownOptions: { input: "src/markdown/diagram/frame.ts" },
        },
      });
    },
  };
}
