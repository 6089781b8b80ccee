/** What is shown of a message as HTML that other programs can paste: its words and structure, nothing of this page. */
export function richText(shown: Element): string {
  const copy = shown.cloneNode(true) as Element;
  for (const ours of copy.querySelectorAll("button, .code-head, [aria-hidden='true']:not(svg)")) ours.remove();
  for (const element of [copy, ...copy.querySelectorAll("*")]) {
    for (const { name } of [...element.attributes]) if (!["href", "src", "alt", "colspan", "start", "dir", "xmlns"].includes(name)) element.removeAttribute(name);
  }
  return [...copy.childNodes].map((node) => new XMLSerializer().serializeToString(node)).join("").replaceAll(' xmlns="http://www.w3.org/1999/xhtml"', "");
}
