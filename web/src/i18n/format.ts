/** Numbers, sizes, durations and times as the reader's language writes them. */
import { locale } from "./locale";

const made = new Map<string, Intl.NumberFormat>();

/** A format of numbers; making one takes longer than using it. */
function numbers(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${locale()} ${JSON.stringify(options)}`;
  let format = made.get(key);
  if (format === undefined) made.set(key, (format = new Intl.NumberFormat(locale(), options)));
  return format;
}

export const number = (value: number): string => numbers({ maximumFractionDigits: 20 }).format(value);

const dates = (options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat => new Intl.DateTimeFormat(locale(), options);

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

/** A size in bytes as `1 byte`, `1.2 MB` or `120 MB`: powers of 1,000, one decimal below 100. */
export function size(bytes: number): string {
  let [step, value] = [0, bytes];
  // 999,950 bytes are 1 MB, not 1,000 kB.
  while (step < UNITS.length - 1 && value >= (step === 0 ? 1000 : 999.5)) [step, value] = [step + 1, value / 1000];
  return numbers({
    style: "unit",
    unit: UNITS[step] ?? "byte",
    unitDisplay: step === 0 ? "long" : "short",
    maximumFractionDigits: step > 0 && value < 99.95 ? 1 : 0,
  }).format(value);
}

/** Day and time in short, as in a table; `time` in milliseconds since the epoch. */
export const dateTime = (time: number): string => (Number.isNaN(time) ? "" : new Date(time).toLocaleString(locale()));

/** A time of day, and the whole date for those who ask. `seconds` since the epoch. */
export function moment(seconds: number): { readonly short: string; readonly long: string; readonly iso: string } | undefined {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return undefined;
  return {
    short: dates({ timeStyle: "short" }).format(date),
    long: dates({ dateStyle: "full", timeStyle: "medium" }).format(date),
    iso: date.toISOString(),
  };
}

/** A day, `Monday, 3 March`; `time` in milliseconds since the epoch. */
export const day = (time: number, year: boolean, language = locale()): string =>
  new Intl.DateTimeFormat(language, { weekday: "long", day: "numeric", month: "long", ...(year ? { year: "numeric" } : {}) }).format(time);
