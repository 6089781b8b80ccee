/** Report an error in drawing a part of the page; the rest continues to work. */
export function report(error: unknown): void {
  // eslint-disable-next-line no-console -- for developers, too
  console.error(error);
}

/** Tell the developer of an app, in the browser's console, about something that is not shown as they meant it. */
export function warn(message: string): void {
  // eslint-disable-next-line no-console -- the one place that speaks to developers
  console.warn(`Swell: ${message}`);
}
