/** Forms of a phrase by number; `#` is the number. Which ones a language has is said by Intl.PluralRules. */
export type Forms = Readonly<Partial<Record<Intl.LDMLPluralRule, string>>> & { readonly other: string };

/** Say a number of things in a language. */
export function plurals(language: string): (count: number, forms: Forms) => string {
  const [rules, numbers] = [new Intl.PluralRules(language), new Intl.NumberFormat(language)];
  return (count, forms) => (forms[rules.select(count)] ?? forms.other).replaceAll("#", numbers.format(count));
}
