/** Fields of a mark as apps write them: `=price`, or with a format `=${{intl price minimum_fraction_digits=2}}`. */
import { locale } from "../i18n/locale";
import { asText } from "../page/read";

/** A field, and how its values are written; without a format as the reader's language does. */
export interface FieldText {
  readonly name: string;
  readonly write: ((value: unknown) => string) | undefined;
}

// A name begins where no other one is: else each of its letters would be a beginning to try.
const OPTION = /(?<![a-z_])([a-z_]+)=(?:"([^"]*)"|'([^']*)'|(\S+))/g;

/** Read an attribute; undefined when it is a value and no field. */
export function fieldOf(text: unknown): FieldText | undefined {
  if (typeof text !== "string" || !text.startsWith("=")) return undefined;
  const body = text.slice(1);
  const start = body.indexOf("{{");
  const end = start < 0 ? -1 : body.indexOf("}}", start);
  const words = end < 0 ? [] : body.slice(start + 2, end).trim().split(/\s+/);
  const intl = words.length > 1 && words[0] === "intl";
  const name = words[intl ? 1 : 0] ?? "";
  if (name === "") return { name: body.trim(), write: undefined };
  const before = body.slice(0, start);
  const after = body.slice(end + 2);
  const inner = intl ? formatter(words.slice(2).join(" ")) : plain;
  return { name, write: (value) => (value === null || value === undefined ? "" : `${before}${inner(value)}${after}`) };
}

const plain = (value: unknown): string => (typeof value === "object" && value !== null ? JSON.stringify(value) : asText(value));

function formatter(text: string): (value: unknown) => string {
  const options: Record<string, string | number | boolean> = {};
  for (const [, name = "", double, single, bare] of text.matchAll(OPTION)) {
    const given = double ?? single ?? bare ?? "";
    const camel = name.replace(/_([a-z])/g, (_all, letter: string) => letter.toUpperCase());
    options[camel] = given === "true" ? true : given === "false" ? false : /^\d+$/.test(given) && camel.endsWith("Digits") ? Number(given) : given;
  }
  const kind = options["type"] ?? options["style"];
  delete options["type"];
  if (kind === "date" || kind === "time" || kind === "number") delete options["style"];
  const made = writer(() =>
    kind === "date" || kind === "time"
      ? new Intl.DateTimeFormat(locale(), { ...(kind === "time" && { timeStyle: "short" }), ...options })
      : new Intl.NumberFormat(locale(), options as Intl.NumberFormatOptions),
  );
  return (value) => {
    const given = kind === "date" || kind === "time" ? timeOf(value) : value;
    return typeof given === "number" && !Number.isNaN(given) ? (made?.format(given) ?? plain(value)) : plain(value);
  };
}

/** A format of Intl; undefined for options that it does not have: values are then written as they are. */
function writer<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}

/** Milliseconds since the epoch; days and times without a zone are the reader's own. NaN when it is no time. */
export function timeOf(value: unknown): number {
  if (typeof value === "number") return value;
  if (typeof value !== "string") return NaN;
  return new Date(value.includes("T") || /^\d{4}-\d\d-\d\d .*\d:\d/.test(value) ? value.replace(" ", "T") : `${value}T00:00:00`).getTime();
}
