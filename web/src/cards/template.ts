import { asText, type Values } from "../page/read";

/** Put values in the place of `{{name}}`; a name without a value becomes nothing. */
export function fill(template: string, values: Values): string {
  return template.replace(/\{\{\{?\s*([\w.-]+)\s*\}?\}\}/g, (_all, name: string) => asText(Object.hasOwn(values, name) ? values[name] : undefined));
}
