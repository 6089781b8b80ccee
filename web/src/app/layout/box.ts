/**
 * The `box` of a card in grid mode: `"column row width height"`, counted from 1 in units of 134 x 76 px with a
 * gutter of 15 px. A width or height of zero or less is anchored to the far edge of the window: -1 reaches the edge,
 * -2 leaves one unit free, 0 reaches one unit beyond.
 */

export const unit = { width: 134, height: 76, gutter: 15 } as const;

export interface GridBox {
  /** First column and row, from 1. */
  readonly column: number;
  readonly row: number;
  /** Columns and rows covered; zero or less counts back from the far edge. */
  readonly width: number;
  readonly height: number;
}

/** Distances in pixels from the edges of the grid; of each pair `width`/`right` and `height`/`bottom` one is given. */
export interface Place {
  readonly left: number;
  readonly top: number;
  readonly width?: number;
  readonly right?: number;
  readonly height?: number;
  readonly bottom?: number;
}

/**
 * Read a grid box; null when it is none, and the card is then not shown.
 *
 * Short forms: `"w"` is `"1 1 w w"`, `"w h"` is `"1 1 w h"`, `"c r s"` is `"c r s s"`. Further numbers are ignored.
 */
export function parseBox(text: string): GridBox | null {
  const words = text.trim().split(/\s+/).slice(0, 4);
  if (!words.every((word) => /^[+-]?\d{1,4}$/.test(word))) return null;
  const [a = 1, b = a, c = 1, d = c] = words.map(Number);
  if (words.length === 1) return { column: 1, row: 1, width: a, height: a };
  if (words.length === 2) return { column: 1, row: 1, width: a, height: b };
  return { column: a, row: b, width: c, height: d };
}

/** Where a box stands in the grid. */
export function placeBox(box: GridBox): Place {
  const { width, height, gutter } = unit;
  const start = (at: number, size: number): number => (at - 1) * (size + gutter);
  const near = (cells: number, size: number): number => cells * (size + gutter) - gutter;
  const far = (cells: number, size: number): number => -(cells + 1) * (size + gutter);
  return {
    left: start(box.column, width),
    top: start(box.row, height),
    ...(box.width > 0 ? { width: near(box.width, width) } : { right: far(box.width, width) }),
    ...(box.height > 0 ? { height: near(box.height, height) } : { bottom: far(box.height, height) }),
  };
}

/** Reading order of cards: by row, then by column. */
export function byReading(one: GridBox, other: GridBox): number {
  return one.row - other.row || one.column - other.column;
}
