/** The sources of a message: what its chips show, and what numbers in its text point to. */
import { text as words } from "words:message";
import type { Source } from "../../markdown/view";
import { asText, num, type Values } from "../../page/read";
import { hostOf, linkTo } from "./addresses";
import { number } from "../../i18n/format";

export interface MessageSource extends Source {
  readonly part: Values;
  /** What it says; empty for one that only has a name. */
  readonly quote: string;
}

/**
 * Sources among the parts of a message.
 *
 * @param known The answer of the last time: it is the answer again while the parts are the same.
 */
export function sourcesAmong(all: readonly Values[], known?: readonly MessageSource[]): readonly MessageSource[] {
  const parts = all.filter(({ type }) => type === "source");
  return known?.length === parts.length && known.every(({ part }, at) => part === parts[at]) ? known : parts.map(sourceOf);
}

/** One that did not change is the same object for all: what shows it says so there. */
const made = new WeakMap<Values, MessageSource>();

function sourceOf(part: Values, index: number): MessageSource {
  const before = made.get(part);
  if (before?.at === (num(part["index"]) ?? index + 1)) return before;
  const source = read(part, index);
  made.set(part, source);
  return source;
}

function read(part: Values, index: number): MessageSource {
  const target = linkTo(part["url"]);
  const at = num(part["index"]) ?? index + 1;
  const title = asText(part["title"]);
  const host = target?.external === true ? hostOf(target.href).replace(/^www\./, "") : "";
  const label = `${words.source({ at, title })} ${host}`.trim();
  return { part, at, number: number(at), title, quote: asText(part["quote"]), target, host, label };
}
