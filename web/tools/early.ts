import { build, type Plugin } from "vite";

/**
 * The script that connects before the client is there (`src/early.ts`). It is built on its own, since it shares nothing
 * with the client that it would have to wait for, and as no module: modules wait for the whole document.
 */
export function earlyScript(): Plugin {
  return {
    name: "early-script",
    apply: "build",
    async closeBundle() {
      await build({
        configFile: false,
        base: "./",
        logLevel: "warn",
        build: {
          target: ["chrome111", "edge111", "firefox115", "safari16.4"],
          outDir: "../src/swell/web",
          emptyOutDir: false,
          manifest: "early.json",
          modulePreload: false,
          rolldownOptions: { input: "src/early.ts", output: { format: "iife" } },
        },
      });
    },
  };
}
