/** What waits until an element is on the screen. */

const pending = new WeakMap<Element, () => void>();
let observer: IntersectionObserver | undefined;

/** Do it when the element is on the screen, or nearly. */
export function whenSeen(node: Element, act: () => void): void {
  if (typeof IntersectionObserver !== "function") {
    act();
    return;
  }
  observer ??= new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        if (!isIntersecting) continue;
        observer?.unobserve(target);
        pending.get(target)?.();
        pending.delete(target);
      }
    },
    // The second one is for what scrolls within the page, in browsers that know it.
    { rootMargin: "300px", scrollMargin: "300px" },
  );
  pending.set(node, act);
  observer.observe(node);
}
