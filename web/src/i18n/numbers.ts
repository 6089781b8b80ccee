/** Numbers as the reader's language writes them and counts by them; compiled texts use both. */
import { locale } from "./locale";

const made = new Map<string, Intl.NumberFormat>();

/** A format of numbers; making one takes longer than using it. */
export function numbers(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${locale()} ${JSON.stringify(options)}`;
  let format = made.get(key);
  if (format === undefined) made.set(key, (format = new Intl.NumberFormat(locale(), options)));
  return format;
}

export const number = (value: number): string => numbers({ maximumFractionDigits: 20 }).format(value);

/** Choose the form of a text that goes with a number, as the page's language counts. */
export function plural(count: number, forms: Readonly<Partial<Record<Intl.LDMLPluralRule, string>>> & { readonly other: string }): string {
  return forms[new Intl.PluralRules(document.documentElement.lang || "en").select(count)] ?? forms.other;
}
