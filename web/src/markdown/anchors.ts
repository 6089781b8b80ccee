/**
 * Links such as `[Intro](#intro)`: they lead to the heading of that name in the same answer, or to a place of the app
 * that the card allows, such as `#docs/`.
 */
import { bring } from "../ui/bring";

const HEADINGS = "h1, h2, h3, h4, h5, h6";

/** The name of a heading in an address, as the field writes it: small letters, hyphens for spaces, no punctuation. */
function slug(words: string): string {
  return words
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\s_-]/gu, "")
    .replace(/\s/g, "-");
}

/** The heading that an address names; a second one of the same words is `words-1`. */
function heading(root: Element, href: string): HTMLElement | undefined {
  const wanted = slug(decoded(href.slice(1)));
  const seen = new Map<string, number>();
  const all = (root.closest("[data-message]") ?? root).querySelectorAll<HTMLElement>(HEADINGS);
  return Array.from(all).find((node) => {
    const name = slug(node.textContent);
    const count = seen.get(name) ?? 0;
    seen.set(name, count + 1);
    return wanted !== "" && wanted === (count === 0 ? name : `${name}-${String(count)}`);
  });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const linkOf = (target: Element): string => target.closest("a")?.getAttribute("href") ?? "";

/** Whether an address begins with one that the card allows; without a list all are allowed. */
const allows = (allowed: readonly string[] | undefined, href: string): boolean =>
  allowed === undefined || allowed.some((name) => name.startsWith("#") && href.startsWith(name));

/**
 * Go to the heading that a click is for.
 *
 * @param allowed Where else such a link may lead; undefined for anywhere.
 * @returns Whether the click has been dealt with.
 */
export function goToHeading(root: HTMLElement, target: Element, allowed: readonly string[] | undefined): boolean {
  const href = linkOf(target);
  if (!href.startsWith("#") || href === "#") return false;
  const found = heading(root, href);
  if (!found) return !allows(allowed, href);
  found.tabIndex = -1;
  found.focus({ preventScroll: true });
  bring(found, "start");
  return true;
}

/** Let links to headings that are not there be text, unless the app has the place. */
export function settleAnchors(root: HTMLElement, allowed: readonly string[] | undefined): void {
  for (const link of root.querySelectorAll<HTMLElement>('a[href^="#"]:not([href="#"])')) {
    if (!heading(root, linkOf(link)) && !allows(allowed, linkOf(link))) link.removeAttribute("href");
  }
}
