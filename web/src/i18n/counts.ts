/** How a number stands in a text; compiled texts use both. Small, since the first load has it. */
import { locale } from "./locale";

/** Write a number as the reader's language does. */
export const written = (count: number): string => count.toLocaleString(locale());

/** Choose the form of a text that goes with a number, as the page's language counts. */
export function plural(count: number, forms: Readonly<Partial<Record<Intl.LDMLPluralRule, string>>> & { readonly other: string }): string {
  return forms[new Intl.PluralRules(document.documentElement.lang || "en").select(count)] ?? forms.other;
}
