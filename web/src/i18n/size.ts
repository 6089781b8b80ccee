import { locale } from "./locale";

/** A number of bytes as people read it, such as `1.2 MB`. */
export function size(bytes: number): string {
  const [unit, value] = bytes >= 1e6 ? (["megabyte", bytes / 1e6] as const) : (["kilobyte", bytes / 1e3] as const);
  return new Intl.NumberFormat(locale(), { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: value < 100 ? 1 : 0 }).format(value);
}
