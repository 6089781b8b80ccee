/** What a click on a named entry of a card sends, as in Wave. */
import type { PageClient } from "../page/client";

/** Submit the entry under the card's name, or as True under its own when the card has none; `#…` sets the location hash. */
export function jump(args: PageClient["args"], card: string | undefined, entry: string): void {
  if (entry.startsWith("#") || !card) void args.submit(entry, true);
  else void args.submit(card, entry);
}
