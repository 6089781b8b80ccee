/** References such as `&amp;`, `&#35;` and `&#x23;`, as Markdown has them: always with a semicolon. */
const REFERENCE = /&(?:#([0-9]{1,7})|#[xX]([0-9a-fA-F]{1,6})|([A-Za-z][A-Za-z0-9]{1,31}));/g;

/** Names that were looked up and found; bounded by the number of names there are. */
const known = new Map<string, string>();

/** Replace character references by what they stand for. Unknown names stay as they are. */
export function decodeEntities(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(REFERENCE, (reference, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return named(name) ?? reference;
    const code = decimal === undefined ? Number.parseInt(hex ?? "", 16) : Number.parseInt(decimal, 10);
    const valid = code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
    return String.fromCodePoint(valid ? code : 0xfffd);
  });
}

function named(name: string): string | undefined {
  const found = known.get(name);
  if (found !== undefined) return found;
  // The browser knows all 2,231 names, which would be a fifth of the first load as a table. A parsed document is inert,
  // and what is parsed is a name of letters and digits and nothing else.
  // eslint-disable-next-line no-restricted-syntax
  const text = new DOMParser().parseFromString(`&${name};`, "text/html").documentElement.textContent;
  // Of an unknown name the semicolon is left over, also where a shorter name without one has matched.
  if (text === "" || (text.endsWith(";") && name !== "semi")) return undefined;
  known.set(name, text);
  return text;
}
