/** Which addresses in a text may become links and images. */
export interface MarkdownPolicy {
  /** The address to link to, or null to show the text without a link. */
  link(href: string): { href: string; external: boolean } | null;
  /** Show an image at once, only after a click (loading it tells another site who reads it), or never. */
  image(src: string): "show" | "click" | null;
  /** Nothing in the text leads away from this page: its own addresses open a new tab, or are those of headings. */
  readonly stays?: boolean;
}

const LINK_SCHEMES: ReadonlySet<string> = new Set(["http:", "https:", "mailto:", "tel:"]);
const IMAGE_DATA = /^data:image\/(?:png|jpeg|gif|webp)[;,]/i;

/**
 * Whose images are shown without asking: after a click on each (`ask`), all, or those of these hosts, such as
 * `cdn.example.com` or `cdn.example.com:8443`.
 */
export type Images = "ask" | "allow" | readonly string[];

/**
 * The policy for text of unknown origin. Links go to the web, to mail and telephone; images of this site and inlined
 * bitmaps are shown, those of other sites by `images`, and only over https: the page's own rules block all others.
 *
 * @param stays Whether the text is one that must not lead away from this page, such as a model's.
 */
export const policyFor = (images: Images, stays = false): MarkdownPolicy => ({
  stays,
  link(href) {
    const url = parse(href);
    if (url === null || !LINK_SCHEMES.has(url.protocol)) return null;
    const leaves = url.origin !== location.origin || (stays && !href.startsWith("#"));
    return { href, external: isWeb(url) && leaves };
  },
  image(src) {
    if (IMAGE_DATA.test(src)) return "show";
    const url = parse(src);
    if (url === null || !isWeb(url)) return null;
    if (url.origin === location.origin) return "show";
    if (url.protocol !== "https:") return null;
    return images === "allow" || (images !== "ask" && images.includes(url.host)) ? "show" : "click";
  },
});

export const defaultPolicy = policyFor("ask");

/**
 * Bring an address of a text into the form that is checked and used, as the rules of Markdown say.
 *
 * @returns Null if it cannot be encoded at all.
 */
export function normalizeAddress(address: string): string | null {
  try {
    return encodeURI(address).replaceAll("%25", "%");
  } catch {
    return null;
  }
}

/** As the browser will read it: it ignores tabs and line ends, and resolves against the page. */
export function parse(address: string): URL | null {
  try {
    return new URL(address, document.baseURI);
  } catch {
    return null;
  }
}

function isWeb(url: URL): boolean {
  return url.protocol === "http:" || url.protocol === "https:";
}
