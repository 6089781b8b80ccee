/** How long a button says that it has copied, in milliseconds. */
export const COPIED_MS = 2_000;

/**
 * Put text into the clipboard. A page without https has none that scripts may write to: then what shows the text is
 * selected and copied as if by hand, and if that is not allowed either it stays selected, so that one key copies it.
 *
 * @param shown A box with the text, or an element that holds it.
 * @param rich Makes the same as HTML, for programs that take more than text.
 * @returns Whether it is in the clipboard.
 */
export async function copyText(text: string, shown: Element, rich?: () => string): Promise<boolean> {
  try {
    if (rich && "ClipboardItem" in window) {
      const as = (type: string, content: string): Blob => new Blob([content], { type });
      await navigator.clipboard.write([new ClipboardItem({ "text/plain": as("text/plain", text), "text/html": as("text/html", rich()) })]);
    } else await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copySelected(text, shown, rich);
  }
}

function copySelected(text: string, shown: Element, rich: (() => string) | undefined): boolean {
  const before = document.activeElement;
  const selection = getSelection();
  const chosen = selection?.rangeCount ? selection.getRangeAt(0) : undefined;
  if (shown instanceof HTMLInputElement || shown instanceof HTMLTextAreaElement) {
    shown.focus();
    shown.select();
  } else selection?.selectAllChildren(shown);
  const fill = (event: ClipboardEvent): void => {
    event.preventDefault();
    event.clipboardData?.setData("text/plain", text);
    if (rich) event.clipboardData?.setData("text/html", rich());
  };
  document.addEventListener("copy", fill, true);
  const copied = document.execCommand("copy");
  document.removeEventListener("copy", fill, true);
  if (!copied) return false;
  selection?.removeAllRanges();
  if (chosen) selection?.addRange(chosen);
  if (before instanceof HTMLElement) before.focus({ preventScroll: true });
  return true;
}
