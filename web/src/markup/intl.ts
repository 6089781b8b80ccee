/** Numbers, dates and times of a template as the reader's language writes them: `{{intl price style="percent"}}`. */
import type { Values } from "../page/read";

/** A value by the options of `Intl`, with names such as `minimum_fraction_digits` or `minimumFractionDigits`. */
export function format(value: unknown, options: Values): unknown {
  const given = Object.fromEntries(
    Object.entries(options).map(([name, one]) => [name.replace(/_([a-z])/g, (_all, letter: string) => letter.toUpperCase()), typed(one)]),
  );
  const kind = given["type"] ?? given["style"];
  const language = document.documentElement.lang || navigator.language;
  try {
    if (kind === "date" || kind === "time") {
      const shown = Object.keys(given).some((name) => !["type", "style"].includes(name)) ? {} : kind === "time" ? { timeStyle: "short" } : {};
      return new Intl.DateTimeFormat(language, { ...given, ...shown } as Intl.DateTimeFormatOptions).format(new Date(value as string | number));
    }
    if (kind === "percent" || kind === "number" || typeof value === "number") {
      return new Intl.NumberFormat(language, given).format(Number(value));
    }
  } catch {
    // An option or a value that `Intl` refuses: the value as it is.
  }
  return value;
}

const typed = (value: unknown): unknown => (value === "true" ? true : value === "false" ? false : typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value);
