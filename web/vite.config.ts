import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";
import { diagramFrame } from "./tools/diagram.ts";
import { earlyScript } from "./tools/early.ts";
import { words } from "./tools/words.ts";
import { shortClass, slimMarked, slimPreload, slimSvelte } from "./tools/slim.ts";

/**
 * The build has no index.html: the server renders the page from `manifest.json`. Every address is relative
 * (`base: "./"`), so the same files work at the root, under a base URL and inside another application.
 */
export default defineConfig(({ mode }) => ({
  base: "./",
  plugins: [words(), slimSvelte(), svelte({ compilerOptions: { cssHash: shortClass } }), slimMarked(), slimPreload(), diagramFrame(), earlyScript()],
  // Under test, Svelte has to resolve to its browser build; otherwise `mount` is the server's stub.
  resolve: mode === "test" ? { conditions: ["browser"] } : {},
  build: {
    // The oldest browsers that are supported: docs/explain/browsers.md, held by tests/test_browsers.py.
    target: ["chrome111", "edge111", "firefox115", "safari16.4"],
    outDir: "../src/swell/web",
    emptyOutDir: true,
    manifest: "manifest.json",
    // Chunks are few and small; a preload polyfill would only be one more thing in the first load.
    modulePreload: false,
    // An asset inlined as a data: address would be refused by the content security policy for fonts and scripts.
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: "src/main.ts",
      // All that the first page needs is one file: that saves a request, and compresses better than two.
      output: { codeSplitting: { groups: [{ name: "main", tags: ["$initial"] }] } },
    },
  },
  test: {
    include: ["src/**/*.test.ts", "tools/*.test.ts"],
    // Files that need a DOM say so in their first line: `// @vitest-environment jsdom`.
    environment: "node",
    // The machines that run this may have two cores, and something else to do.
    maxWorkers: 2,
    testTimeout: 120_000,
  },
}));
