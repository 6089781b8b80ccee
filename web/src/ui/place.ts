/** Where something small stands that belongs to something else: below it, or above where there is no room. */

/** How far from the edges of the window, in pixels. */
const EDGE = 8;

/**
 * Place a shown popover at its owner.
 *
 * @param end Its end is at the owner's end; otherwise their middles are.
 */
export function place(popover: HTMLElement, owner: Element, end: boolean): void {
  const at = owner.getBoundingClientRect();
  const { width, height } = popover.getBoundingClientRect();
  const rtl = getComputedStyle(owner).direction === "rtl";
  const left = end ? (rtl ? at.left : at.right - width) : (at.left + at.right - width) / 2;
  const below = at.bottom + 4 + height <= innerHeight || at.top < height;
  popover.style.left = `${Math.max(EDGE, Math.min(left, innerWidth - width - EDGE))}px`;
  popover.style.top = `${below ? at.bottom + 4 : at.top - height - 4}px`;
}
