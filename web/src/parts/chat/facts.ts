/** What else is known of a message, when the app says it. */
import { num, str } from "../../read";
import type { Source } from "./rows";

/** The list of messages, as those see it who lead readers through it. */
export interface Reader {
  /** Bring a message into view, also one that is not drawn yet; the answer is its article. */
  reveal(source: Source, block?: ScrollLogicalPosition): Promise<HTMLElement | undefined>;
  /** Draw all messages, also those far from the view. */
  drawAll(): void;
  /** The scrolling element. */
  region(): HTMLElement;
  /** Remember the place while nothing scrolls, as on paper; the answer goes back to it. */
  pause(): () => void;
}

/** What a message is called in events, links and searches: the app's id, else the row's; history may have none. */
export function nameOf(source: Source): string | undefined {
  const { id } = source.read()?.more ?? {};
  return str(id) ?? (source.id === null ? undefined : String(source.id));
}

/** The last second that dates know, counted from the epoch. */
const LAST_S = 8.64e12;

/** When it was said, in milliseconds since the epoch. */
export function timeOf(source: Source | undefined): number | undefined {
  const time = num(source?.read()?.more?.["time"]);
  return time === undefined || Math.abs(time) > LAST_S ? undefined : time * 1000;
}

/** The address of a message on this page. */
export function linkTo(name: string): string {
  return `${location.href.split("#")[0] ?? ""}#m=${encodeURIComponent(name)}`;
}

/** The message that the address names. */
export function linked(): string | undefined {
  const name = /^#m=(.+)$/.exec(location.hash)?.[1];
  try {
    return name === undefined ? undefined : decodeURIComponent(name);
  } catch {
    return undefined;
  }
}
