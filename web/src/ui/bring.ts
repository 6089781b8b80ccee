/** Going to an element because the reader wants to see it: what scrolls around it must not scroll back. */

/** Asks what scrolls around an element to bring it into view. */
export type Bring = CustomEvent<ScrollLogicalPosition>;
export const BRING = "bring";

/** Bring an element into view, as the reader asked for. */
export function bring(element: Element, block: ScrollLogicalPosition): void {
  const event: Bring = new CustomEvent(BRING, { bubbles: true, cancelable: true, detail: block });
  if (element.dispatchEvent(event)) element.scrollIntoView({ block });
}
