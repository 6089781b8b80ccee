/** Numbers and times as the reader's language writes them. */

/** The language of the page, in the variety that the reader prefers: `en` of somebody in Britain is `en-GB`. */
export function language(): string {
  const page = document.documentElement.lang;
  const base = (tag: string): string => tag.split("-", 1)[0]?.toLowerCase() ?? "";
  return page === "" ? navigator.language : (navigator.languages.find((tag) => base(tag) === base(page)) ?? page);
}

const made = new Map<string, Intl.NumberFormat>();

function numbers(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${language()} ${JSON.stringify(options)}`;
  let format = made.get(key);
  if (format === undefined) made.set(key, (format = new Intl.NumberFormat(language(), options)));
  return format;
}

export const number = (value: number): string => numbers({ maximumFractionDigits: 20 }).format(value);

/** Seconds as `12s` or `2m 5s`. */
export function duration(seconds: number): string {
  const unit = (value: number, name: string): string =>
    numbers({ style: "unit", unit: name, unitDisplay: "narrow", maximumFractionDigits: 0 }).format(value);
  const whole = Math.max(1, Math.round(seconds));
  if (whole < 60) return unit(whole, "second");
  const rest = whole % 60;
  return unit(Math.floor(whole / 60), "minute") + (rest === 0 ? "" : ` ${unit(rest, "second")}`);
}

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];

/** A size in bytes as `1.2 MB`. */
export function size(bytes: number): string {
  const step = bytes < 1000 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** step;
  return numbers({ style: "unit", unit: UNITS[step] ?? "byte", unitDisplay: "short", maximumFractionDigits: value < 10 && step > 0 ? 1 : 0 }).format(
    value,
  );
}

/** A time of day, and the whole date for those who ask. `seconds` since the epoch. */
export function moment(seconds: number): { readonly short: string; readonly long: string; readonly iso: string } | undefined {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return undefined;
  const write = (options: Intl.DateTimeFormatOptions): string => new Intl.DateTimeFormat(language(), options).format(date);
  return { short: write({ timeStyle: "short" }), long: write({ dateStyle: "full", timeStyle: "medium" }), iso: date.toISOString() };
}

/** JSON for people, at most so many characters of it. */
export function pretty(value: unknown, most = 50_000): { readonly text: string; readonly cut: boolean } {
  const whole = JSON.stringify(value, null, 2) ?? "";
  return { text: whole.slice(0, most), cut: whole.length > most };
}

/** The first words of what a tool was called with, for one line. */
export function brief(value: unknown): string {
  if (typeof value === "string") return value.slice(0, 200);
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value !== "object" || value === null) return "";
  return Object.values(value)
    .slice(0, 4)
    .map((entry: unknown) => (typeof entry === "object" && entry !== null ? JSON.stringify(entry).slice(0, 80) : brief(entry)))
    .filter((words) => words !== "")
    .join(", ")
    .slice(0, 200);
}
