/**
 * Popovers for browsers without them: Chrome before 114, Firefox before 125, Safari before 17.
 *
 * They are shown in front of the page, and those with `popover="auto"` close at a press elsewhere or Escape.
 */
import "./popover-polyfill.css";

function turn(box: HTMLElement, open: boolean): void {
  if (box.hasAttribute("data-open") === open) return;
  box.toggleAttribute("data-open", open);
  box.dispatchEvent(Object.assign(new Event("toggle"), { newState: open ? "open" : "closed" }));
}

function dismiss(event: Event): void {
  // eslint-disable-next-line no-restricted-syntax -- what a browser does for all popovers of a page
  for (const box of document.querySelectorAll<HTMLElement>('[popover="auto"][data-open]')) {
    const inside = event.target instanceof Node && box.contains(event.target);
    if (event instanceof KeyboardEvent ? event.key === "Escape" : !inside) turn(box, false);
  }
}
/** Teach the browser. */
export default function addPopovers(): void {
  HTMLElement.prototype.showPopover = function () {
    turn(this, true);
  };
  HTMLElement.prototype.hidePopover = function () {
    turn(this, false);
  };
  document.documentElement.dataset["popovers"] = "added";
  addEventListener("keydown", dismiss);
  addEventListener("pointerdown", dismiss);
}
