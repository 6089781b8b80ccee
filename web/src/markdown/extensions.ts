/**
 * Parts of Markdown that most texts do not use, loaded with the first text that does: streaming without flicker, formulas,
 * footnotes, and the tools of code.
 */
import { again } from "../ui/retry";
import type { Extensions } from "./types";

/** Text that shows better with them. */
export const NEEDS_EXTENSIONS = /\$|\\(?:[([]|begin)|\[[\^!]|<[a-zA-Z]|(?:```|~~~)[ \t]*math/;

let source: (() => Promise<{ readonly default: Extensions }>) | undefined;
let loaded: Extensions | undefined;
let waiting: (() => void)[] | undefined;

/** They, if they are there. */
export const extensions = (): Extensions | undefined => loaded;

/** Load them unless they are on their way, and call `then` when they have come. */
export function wantExtensions(then: () => void): void {
  if (waiting !== undefined) {
    waiting.push(then);
    return;
  }
  waiting = [then];
  load();
}

/** Take them as loaded. */
export function setExtensions(part: Extensions): void {
  loaded = part;
  const calls = waiting ?? [];
  waiting = undefined;
  for (const call of calls) call();
}

/** Set where they are loaded from: they import modules that import this one. */
export function extensionsFrom(from: () => Promise<{ readonly default: Extensions }>): void {
  source = from;
}

function load(): void {
  source?.().then(
    (module) => {
      setExtensions(module.default);
    },
    () => {
      again(load);
    },
  );
}
