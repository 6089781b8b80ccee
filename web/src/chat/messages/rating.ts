import type { Source } from "./rows";

/** Thumbs under answers, when the app asks for them. */
export interface Rating {
  /** What the person said of a message; undefined when nothing. Reactive. */
  of(source: Source): boolean | undefined;
  rate(source: Source, content: string, positive: boolean): void;
}
