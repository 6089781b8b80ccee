import { svelte } from "@sveltejs/vite-plugin-svelte";
import type { CodeSplittingGroup } from "rolldown";
import { defineConfig } from "vitest/config";
import { diagramFrame } from "./tools/diagram.ts";
import { earlyScript } from "./tools/early.ts";
import { chunkLoader } from "./tools/loader.ts";
import { slimMarked } from "./tools/marked.ts";
import { sizeReport } from "./tools/sizes.ts";
import { slimSvelte } from "./tools/svelte.ts";
import { words } from "./tools/words.ts";

/**
 * Which modules share a chunk. All that the first page needs is one file: that saves a request, and compresses better than
 * two. No other chunk is under 1 kB, which costs more to ask for than to carry along; `make size` lists them.
 */
const groups = [
  { name: "main", tags: ["$initial"] },
  { name: "grammars", test: /\/highlight\.js\/es\/languages\//, maxModuleSize: 4_000 },
  { name: "menus", test: /\/src\/ui\/(Drawer|Menu|place|popover-polyfill)\b/ },
  {
    name: "shared",
    minShareCount: 2,
    test: /words:|\/src\/(i18n\/|ui\/(commands|copy|csv|palette|status)\b|forms\/enter\b|chat\/messages\/(days|today)\b)/,
  },
  { name: "suggestions", test: /\/src\/chat\/composer\/(FollowUps|Suggestions)\b/ },
  { name: "charts", test: /\/src\/(charts\/(?!draw|lite)|cards\/(Plot|WidePlot|Vega)\b|forms\/components\/(Visualization|VegaVisualization)\b)/ },
  { name: "vega", test: /\/src\/charts\/draw\b|\/node_modules\/(vega(?!-lite)|d3|topojson|internmap|delaunator|robust-predicates)/ },
  { name: "vega-lite", test: /\/src\/charts\/lite\b|\/node_modules\/vega-lite\// },
  { name: "cards", test: /\/src\/cards\/(others|Footer|Header|Markdown|Tab)\b/ },
  { name: "templates", test: /\/src\/markup\/(handlebars|intl|text)\b/ },
  { name: "markup", test: /\/src\/(markup\/(Html|HtmlText|HtmlCard|Filled|sanitize|lists|markup|Frame|OwnElement)\b|(cards|forms\/components)\/(Markup|Template|Frame|Element)\b)/ },
  { name: "stats", test: /\/src\/cards\/(stat\/|values\.svelte|rows\b|jump|scrolls|(Small|Large|LargeBar|WideBar|TallGauge|WideGauge|SmallSeries|WideSeries|TallSeries|WidePie)Stat\b|TallStats\b|StatList\b|StatTable\b)/ },
  { name: "forms", test: /\/src\/forms\/(Form|Items)\b/ },
  { name: "fields", test: /\/src\/forms\/(components\/(Toggle|Slider|RangeSlider|Spinbox|ChoiceGroup|Checklist|DatePicker|TimePicker)\b|fields\/(Track|Ticks|Moment|numbers)\b)/ },
  { name: "display", test: /\/src\/(forms\/(components\/(Tabs|Label|Image|Persona|Stats|Expander|Facepile|Stepper|Links|Menu|MiniButton|MiniButtons)\b|fields\/(picture|Coin)\b)|ui\/TabBar\b)/ },
  { name: "choices", test: /\/src\/forms\/(components\/(Combobox|Picker|ColorPicker)\b|fields\/(Suggest|colors)\b)/ },
  { name: "upload", test: /\/src\/forms\/(components\/FileUpload\b|fields\/uploads\b)/ },
  { name: "table", test: /\/src\/forms\/(components\/(Table|Tags)\b|table\/)/ },
] satisfies CodeSplittingGroup[];

/**
 * The build has no index.html: the server renders the page from `manifest.json`. Every address is relative
 * (`base: "./"`), so the same files work at the root, under a base URL and inside another application.
 */
export default defineConfig(({ mode }) => ({
  base: "./",
  plugins: [words(), slimSvelte(), svelte(), slimMarked(), chunkLoader(), sizeReport(), ...(mode === "size" ? [] : [diagramFrame(), earlyScript()])],
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
      output: { codeSplitting: { groups } },
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
