/** Which addresses in a message may be opened or loaded: the rules of Markdown, and the card's `images`. */
import { defaultPolicy } from "../../markdown/policy";
import { asText, strings } from "../../read";

export interface Target {
  readonly href: string;
  readonly external: boolean;
}

export const linkTo = (url: unknown): Target | undefined => defaultPolicy.link(asText(url)) ?? undefined;

/** Whether an image is loaded at once, after a click, or never. */
export function imageAt(src: string, images: unknown): "show" | "click" | null {
  const found = defaultPolicy.image(src);
  if (found !== "click") return found;
  return images === "allow" || strings(images).includes(hostOf(src)) ? "show" : "click";
}

export const hostOf = (address: string): string =>
  URL.canParse(address, document.baseURI) ? new URL(address, document.baseURI).host : "";
