/** Tell the developer of an app, in the browser's console, about something that is not shown as they meant it. */
export function warn(message: string): void {
  // eslint-disable-next-line no-console -- the one place that speaks to developers
  console.warn(`Swell: ${message}`);
}
