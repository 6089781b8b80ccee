/** Which addresses in a message may be opened: those that a link in Markdown may have. */
import { defaultPolicy, parse } from "../../markdown/policy";
import { asText } from "../../page/read";

export interface Target {
  readonly href: string;
  readonly external: boolean;
}

export function linkTo(url: unknown): Target | undefined {
  const address = asText(url).trim();
  // Nothing would lead to this very page.
  return address === "" ? undefined : (defaultPolicy.link(address) ?? undefined);
}

export const hostOf = (address: string): string =>
  parse(address)?.host ?? "";
