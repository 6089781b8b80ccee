/** Which addresses in a text may become links and images. */
export interface MarkdownPolicy {
  /** The address to link to, or null to show the text without a link. */
  link(href: string): { href: string; external: boolean } | null;
  /** Show an image at once, only after a click (loading it tells another site who reads it), or never. */
  image(src: string): "show" | "click" | null;
}

const LINK_SCHEMES: ReadonlySet<string> = new Set(["http:", "https:", "mailto:", "tel:"]);
const IMAGE_DATA = /^data:image\/(?:png|jpeg|gif|webp)[;,]/i;

/**
 * The policy for text of unknown origin. Links go to the web, to mail and telephone; images of this site and inlined
 * bitmaps are shown, those of other sites after a click.
 */
export const defaultPolicy: MarkdownPolicy = {
  link(href) {
    const url = parse(href);
    if (url === null || !LINK_SCHEMES.has(url.protocol)) return null;
    return { href, external: isWeb(url) && url.origin !== location.origin };
  },
  image(src) {
    if (IMAGE_DATA.test(src)) return "show";
    const url = parse(src);
    if (url === null || !isWeb(url)) return null;
    return url.origin === location.origin ? "show" : "click";
  },
};

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
function parse(address: string): URL | null {
  return URL.canParse(address, document.baseURI) ? new URL(address, document.baseURI) : null;
}

function isWeb(url: URL): boolean {
  return url.protocol === "http:" || url.protocol === "https:";
}
