import type { Pane } from "./window";

/**
 * The drawn panes that are farthest from the view and hold neither the focus nor a selection.
 *
 * @param first Index of the first pane that is close to the view.
 * @param last Index of the last one.
 * @param count How many are wanted at most.
 */
export function far(panes: readonly (Pane | undefined)[], first: number, last: number, count: number): readonly Pane[] {
  const used = [document.activeElement, getSelection()?.anchorNode ?? null];
  return panes
    .flatMap((pane, index) => (pane?.drawn === true ? [{ pane, away: Math.max(first - index, index - last) }] : []))
    .filter(({ pane, away }) => away > 0 && !used.some((node) => pane.element.contains(node)))
    .sort((a, b) => b.away - a.away)
    .slice(0, Math.max(0, count))
    .map(({ pane }) => pane);
}
