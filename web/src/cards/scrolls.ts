/** What scrolls can be reached by keys; what does not is no stop for them. */
export function scrolls(box: HTMLElement): (() => void) | undefined {
  if (!("ResizeObserver" in window)) return undefined;
  const look = (): void => {
    if (box.scrollHeight > box.clientHeight + 1 || box.scrollWidth > box.clientWidth + 1) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  };
  const watch = new ResizeObserver(look);
  watch.observe(box);
  if (box.firstElementChild) watch.observe(box.firstElementChild);
  return () => {
    watch.disconnect();
  };
}
