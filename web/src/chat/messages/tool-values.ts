/** What tools were given and gave back, in words. */

/** Readable JSON, cut to so many characters. */
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
