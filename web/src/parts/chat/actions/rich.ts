/** What is shown of a message as HTML that other programs can paste: its words and structure, nothing of this page. */
export function richText(shown: Element): string {
  const copy = shown.cloneNode(true) as Element;
  for (const ours of copy.querySelectorAll("button, .code-head, [aria-hidden='true']:not(svg)")) ours.remove();
  for (const element of [copy, ...copy.querySelectorAll("*")]) {
    for (const { name } of [...element.attributes]) if (!["href", "src", "alt", "colspan", "start", "dir", "xmlns"].includes(name)) element.removeAttribute(name);
  }
  return [...copy.childNodes].map((node) => new XMLSerializer().serializeToString(node)).join("").replaceAll(' xmlns="http://www.w3.org/1999/xhtml"', "");
}

/** Put a message into the clipboard: Markdown for those that take text, and rich text for those that take more. */
export async function copyBoth(markdown: string, shown: Element): Promise<void> {
  const as = (type: string, text: string): Blob => new Blob([text], { type });
  await navigator.clipboard.write([
    new ClipboardItem({ "text/plain": as("text/plain", markdown), "text/html": as("text/html", richText(shown)) }),
  ]);
}
