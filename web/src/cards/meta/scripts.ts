/**
 * Scripts of an app, where the setting `page_scripts` allows them: the page then has a nonce, without which the content
 * security policy refuses them.
 */
import { record, records, str, strings, yes } from "../../page/read";
import type { PageClient } from "../../page/client";
import type { Json } from "../../page/state";
import { warn } from "../../ui/report";

/** How long a script waits for what it requires: so often, so many milliseconds. */
const TRIES = 100;
const PAUSE_MS = 10;

let warned = false;
let executed: HTMLScriptElement | undefined;
const installed = new Set<string>();

/* eslint-disable no-restricted-syntax -- scripts of an app are about the whole page */

/** The nonce of this page; undefined where scripts of apps are not allowed. */
function nonce(): string | undefined {
  const found = document.querySelector<HTMLScriptElement>("script[nonce]")?.nonce;
  if (!found && !warned) {
    warned = true;
    warn("the scripts of this app are left out: they need the setting page_scripts");
  }
  return found;
}

/** What scripts reach as `wave`. */
function provide({ args }: PageClient): void {
  const given: Record<string, Json> = {};
  const page = window as Window & { wave?: unknown };
  page.wave ??= {
    args: given,
    push: (): void => {
      for (const [name, value] of Object.entries(given)) {
        args.set(name, value);
        Reflect.deleteProperty(given, name);
      }
      void args.submit();
    },
    emit: (source: string, event: string, data: Json): void => void args.emit(source, event, data),
  };
}

/** Load the scripts with an address, each once. */
export function install(scripts: unknown, client: PageClient): void {
  const key = nonce();
  if (key === undefined || key === "") return;
  provide(client);
  for (const entry of records(scripts)) {
    const src = str(entry["path"]);
    if (src === undefined || installed.has(src)) continue;
    installed.add(src);
    const script = document.createElement("script");
    script.type = str(entry["type"]) ?? "text/javascript";
    script.async = yes(entry["asynchronous"]);
    const from = str(entry["cross_origin"]);
    if (from !== undefined) script.crossOrigin = from;
    script.referrerPolicy = str(entry["referrer_policy"]) ?? "";
    script.integrity = str(entry["integrity"]) ?? "";
    script.nonce = key;
    script.src = src;
    document.body.append(script);
  }
}

/** Run a script once what it requires is there. */
export function execute(script: unknown, client: PageClient): void {
  const key = nonce();
  if (key === undefined || key === "") return;
  provide(client);
  const { content, requires, targets } = record(script);
  const isThere = (): boolean => strings(requires).every(hasGlobal) && strings(targets).every(hasElement);
  const attempt = (left: number): void => {
    if (isThere()) {
      executed?.remove();
      executed = document.createElement("script");
      executed.nonce = key;
      executed.textContent = str(content) ?? "";
      document.body.append(executed);
    } else if (left > 0) setTimeout(attempt, PAUSE_MS, left - 1);
    else warn("a script of this app did not run: what it requires is not there");
  };
  attempt(TRIES);
}

function hasGlobal(path: string): boolean {
  let found: unknown = window;
  for (const step of path.split(".")) found = (found as Record<string, unknown> | null | undefined)?.[step];
  return Boolean(found);
}

function hasElement(selector: string): boolean {
  try {
    return document.getElementById(selector) !== null || document.querySelector(selector) !== null;
  } catch {
    return false; // no selector
  }
}
