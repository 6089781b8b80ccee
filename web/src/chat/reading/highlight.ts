/** Mark words where they are shown, without touching what shows them. */

/** More marks than anybody sees would only cost. */
const MAX_MARKS = 500;

/**
 * @param region Where to look; what is drawn of the conversation.
 * @param wanted What to mark, in lower case; nothing when empty.
 * @param here The message that the reader was led to.
 */
export function highlight(region: Element, wanted: string, here?: Element): void {
  // Not in every browser; the message is brought into view all the same.
  if (!("highlights" in CSS)) return;
  const ranges: Range[] = [];
  for (const message of wanted === "" ? [] : region.querySelectorAll("[data-message]")) {
    const walker = document.createTreeWalker(message, NodeFilter.SHOW_TEXT);
    while (walker.nextNode() && ranges.length < MAX_MARKS) {
      const node = walker.currentNode;
      const words = (node.textContent ?? "").toLocaleLowerCase();
      // Lower case may be longer than what it stands for; then places would be wrong.
      if (words.length !== node.textContent?.length) continue;
      for (let at = words.indexOf(wanted); at >= 0; at = words.indexOf(wanted, at + wanted.length)) {
        const range = document.createRange();
        range.setStart(node, at);
        range.setEnd(node, at + wanted.length);
        ranges.push(range);
      }
    }
  }
  CSS.highlights.set("found", new Highlight(...ranges));
  CSS.highlights.set("found-here", new Highlight(...ranges.filter((range) => here?.contains(range.startContainer))));
}
