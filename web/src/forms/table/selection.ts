/** What a click or a key does to the selected rows of a table. */

export interface Click {
  /** Add to the selection, or take out of it. */
  readonly toggle: boolean;
  /** All rows from the last one that was clicked. */
  readonly range: boolean;
}

/**
 * The selected names after a row was clicked.
 *
 * @param names The rows as they are shown.
 * @param anchor The row that was clicked before.
 */
export function select(names: readonly string[], selected: ReadonlySet<string>, name: string, anchor: string | undefined, click: Click): Set<string> {
  if (click.range && anchor !== undefined) {
    const [from, to] = [names.indexOf(anchor), names.indexOf(name)].sort((one, other) => one - other) as [number, number];
    if (from >= 0) return new Set(click.toggle ? [...selected, ...names.slice(from, to + 1)] : names.slice(from, to + 1));
  }
  if (!click.toggle) return new Set([name]);
  const next = new Set(selected);
  if (!next.delete(name)) next.add(name);
  return next;
}
