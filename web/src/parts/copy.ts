/** How long a button says that it has copied, in milliseconds. */
export const COPIED_MS = 2_000;

/**
 * Put text into the clipboard. A page without https has none that scripts may write to: then the text is copied from
 * where it is shown, and if that is not allowed either it stays selected there, so that one key copies it.
 *
 * @param shown A box with the text, or an element that holds it.
 * @returns Whether it is in the clipboard.
 */
export async function copyText(text: string, shown: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const before = document.activeElement;
    if (shown instanceof HTMLInputElement || shown instanceof HTMLTextAreaElement) {
      shown.focus();
      shown.select();
    } else getSelection()?.selectAllChildren(shown);
    if (!document.execCommand("copy")) return false;
    getSelection()?.removeAllRanges();
    if (before instanceof HTMLElement) before.focus();
    return true;
  }
}
