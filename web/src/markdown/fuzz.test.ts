// @vitest-environment jsdom
/**
 * Random texts, made of pieces that mean something; `make fuzz` takes minutes (`SWELL_FUZZ_SECONDS`). What has once
 * broken the parser is kept in `tests/fuzz/corpus/client`, and is tried first. Continuous integration tries the same
 * texts each time: `tests/seeds.py` says why.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { harmless } from "./harmless";
import { loadMath } from "./math/view";
import "./testing";
import { MarkdownView } from "./view";
import { payloads } from "./xss";

const CORPUS = resolve(process.cwd(), "../tests/fuzz/corpus/client");
const SECONDS = Number(process.env["SWELL_FUZZ_SECONDS"] ?? "0");
/** Texts of a run that is not given seconds. */
const TRIES = 500;
const FIXED = process.env["SWELL_FIXED_SEEDS"] === "1";
const SEED = Number(process.env["SWELL_FUZZ_SEED"] ?? (FIXED ? "1" : String(Date.now() % 2 ** 31)));
const PIECES = [
  ..."*_`~[]()!<>#|-+=.:;&$^\\\"'/ \t\n\r@%{}",
  ..."a 1 é 。 \u0301 \u200b \u2028 \ud83d\ude00 \ud800 \u202e \0".split(" "),
  ..."** __ `` ``` ~~ ~~~ [^1] [^1]: ]( ![ [x](http://e.example) [r]: > - 1. |--| $$ \\( \\) \\[ <b> </b> <br> <!-- --> <details> &amp; &#1; http:// www. mailto:".split(" "),
  ..."javascript: data:text/html, <script> onerror= srcdoc= \\href{javascript:x}{y} > [!NOTE] ```mermaid - [ ] \\begin{align}".split(" "),
  "\n\n", "\n- ", "\n> ", "\n    ", "\n| a | b |\n|---|---|\n", "\n```js\n", "\n$$\n",
];

let state = SEED;
/** A number below `most`, of a generator that a seed plays again. */
function random(most: number): number {
  state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
  return Math.floor((state / 0x80000000) * most);
}

function made(): string {
  let text = random(3) === 0 ? (payloads[random(payloads.length)] ?? "") : "";
  for (let count = 1 + random(60); count > 0; count--) {
    const at = random(text.length + 1);
    const piece = PIECES[random(PIECES.length)] ?? "";
    text = text.slice(0, at) + piece.repeat(random(20) === 0 ? random(30) : 1) + text.slice(random(8) === 0 ? at + random(4) : at);
  }
  return text.slice(0, 2_000);
}

/** Show a text at once, and in pieces: nothing hostile is made of it. */
function examine(text: string): void {
  const whole = document.createElement("div");
  const pieces = document.createElement("div");
  document.body.replaceChildren(whole, pieces);
  new MarkdownView(whole).set(text, true);
  harmless(whole);
  const view = new MarkdownView(pieces);
  const step = 1 + Math.floor(text.length / 12);
  for (let end = step; end < text.length; end += step) {
    view.set(text.slice(0, end));
    harmless(pieces);
  }
  view.set(text, true);
  harmless(pieces);
  expect("__xss" in window).toBe(false);
}

beforeAll(loadMath);

test("what has once broken it does no longer", () => {
  const names = existsSync(CORPUS) ? readdirSync(CORPUS) : [];
  for (const name of names) examine(readFileSync(join(CORPUS, name), "utf8"));
});

test(
  "nothing breaks it",
  () => {
    const until = performance.now() + SECONDS * 1000;
    for (let tries = 0; tries < TRIES || performance.now() < until; tries++) {
      const text = made();
      try {
        examine(text);
      } catch (error) {
        if (SECONDS) {
          mkdirSync(CORPUS, { recursive: true });
          writeFileSync(join(CORPUS, createHash("sha256").update(text).digest("hex").slice(0, 16)), text);
        }
        throw new Error(`seed ${String(SEED)}, ${JSON.stringify(text)}`, { cause: error });
      }
    }
  },
  (SECONDS + 60) * 1000,
);
