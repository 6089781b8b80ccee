/** Movement of an element to where it stands now. */
import { untrack } from "svelte";

/** Less than this is no movement, in pixels. */
const LEAST = 8;

/** Let an element glide up or down to its new place when `moved` becomes true. */
export function glide(element: () => HTMLElement | undefined, moved: () => boolean): void {
  let before: number | undefined;
  $effect.pre(() => {
    if (moved()) before = untrack(element)?.getBoundingClientRect().top;
  });
  $effect(() => {
    const node = untrack(element);
    if (!moved() || before === undefined || !node) return;
    const by = before - node.getBoundingClientRect().top;
    before = undefined;
    if (Math.abs(by) < LEAST || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    node.animate([{ transform: `translateY(${by}px)` }, { transform: "none" }], { duration: 200, easing: "cubic-bezier(0.2, 0, 0, 1)" });
  });
}
