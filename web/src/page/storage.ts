/** What is kept in the tab or the browser, by page. */

/** Key for things kept per page in the browser's storage: the route is what stays when a page is loaded again. */
export function storageKey(kind: string, name: string): string {
  const route = document.body.dataset["route"] ?? location.pathname;
  return `swell:${kind}:${document.body.dataset["prefix"] ?? ""}${route}:${name}`;
}

export function read(key: string): string {
  try {
    return sessionStorage.getItem(key) ?? "";
  } catch {
    return "";
  }
}

export function write(key: string, text: string): void {
  try {
    if (text === "") sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, text);
  } catch {
    // No storage or full: the draft then lives as long as the page.
  }
}
