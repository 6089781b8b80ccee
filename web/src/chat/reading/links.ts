/** The message that the address of the page names. */

/** Its name; undefined when the address names none. */
export function linked(): string | undefined {
  const name = /^#m=(.+)$/.exec(location.hash)?.[1];
  try {
    return name === undefined ? undefined : decodeURIComponent(name);
  } catch {
    return undefined;
  }
}
