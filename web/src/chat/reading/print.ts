/**
 * A conversation on paper. What is far from the view is not drawn on the screen; it is, before the browser prints, and
 * the reader finds the place again afterwards: on paper nothing scrolls, so the browser forgets it.
 */
import { flushSync } from "svelte";
import type { ListHandle } from "../messages/list";
import "./print.css";

/** Prepare the page whenever the browser prints; returns a function that stops that. */
export function preparePaper(list: ListHandle): () => void {
  let back: (() => void) | undefined;

  const before = (): void => {
    if (back !== undefined) return;
    back = list.pause();
    flushSync(() => {
      list.drawAll();
    });
  };
  const after = (): void => {
    back?.();
    back = undefined;
  };

  // Not every browser has both signs for every way to print.
  const paper = matchMedia("print");
  const changed = (): void => {
    if (paper.matches) before();
    else after();
  };
  addEventListener("beforeprint", before);
  addEventListener("afterprint", after);
  paper.addEventListener("change", changed);
  return () => {
    removeEventListener("beforeprint", before);
    removeEventListener("afterprint", after);
    paper.removeEventListener("change", changed);
  };
}
