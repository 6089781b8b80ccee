/** Read values that an app sent: whatever is missing or of another kind becomes the fallback, never an exception. */
import type { Json } from "./state";

/** A JSON object as components receive it. */
export type Values = Readonly<Record<string, unknown>>;

export const str = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
export const num = (value: unknown): number | undefined => (typeof value === "number" && Number.isFinite(value) ? value : undefined);
export const yes = (value: unknown): boolean => value === true;

/** Text of a value that an app may have sent as a number. */
export const asText = (value: unknown): string =>
  typeof value === "string" ? value : typeof value === "number" || typeof value === "boolean" ? String(value) : "";

export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as readonly unknown[]) : []);

export const record = (value: unknown): Values =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Values) : {};

export const records = (value: unknown): readonly Values[] =>
  list(value).filter((entry): entry is Values => typeof entry === "object" && entry !== null && !Array.isArray(entry));

export const strings = (value: unknown): readonly string[] => list(value).filter((entry): entry is string => typeof entry === "string");

/** A value on its way to the server; what came from it is JSON already. */
export const json = (value: unknown): Json => (value === undefined ? null : (value as Json));

/** Addresses that an app put on a link: web, mail and telephone addresses and those of the same site; others are dropped. */
export function safePath(value: unknown): string | undefined {
  if (typeof value !== "string" || value === "") return undefined;
  const scheme = /^\s*([a-z][a-z0-9+.-]*):/i.exec(stripControls(value))?.[1]?.toLowerCase();
  return scheme === undefined || ["http", "https", "mailto", "tel", "blob"].includes(scheme) ? value : undefined;
}

/** Browsers ignore tabs, line breaks and leading control characters in addresses; so must a check of them. */
function stripControls(value: string): string {
  return [...value].filter((letter) => letter > " ").join("");
}
