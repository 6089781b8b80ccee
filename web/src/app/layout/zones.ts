/** Layouts with zones: which layout is active, and which card stands in which zone. Pure functions. */

export interface Zone {
  readonly name: string;
  readonly size?: string;
  readonly direction?: string;
  readonly justify?: string;
  readonly align?: string;
  readonly wrap?: string;
  readonly zones?: readonly Zone[];
}

export interface Layout {
  readonly breakpoint: string;
  readonly zones: readonly Zone[];
  readonly width?: string;
  readonly min_width?: string;
  readonly max_width?: string;
  readonly height?: string;
  readonly min_height?: string;
  readonly max_height?: string;
  readonly name?: string;
}

/** Where a card wants to stand. */
export interface ZoneBox {
  readonly zone: string;
  /** Position among the cards of the zone, ascending. */
  readonly order: number;
  /** Share of the free space; 0 keeps the natural size. */
  readonly size?: string;
  readonly width?: string;
  readonly height?: string;
}

export interface Placed {
  readonly key: string;
  readonly box: ZoneBox;
}

const names: Readonly<Record<string, number>> = { xs: 0, s: 576, m: 768, l: 992, xl: 1200 };

/** Width in pixels from which a layout is active; `"640"`, `"640px"` or a name. NaN when it is neither. */
export function breakpointWidth(text: string): number {
  const named = Object.hasOwn(names, text) ? names[text] : undefined;
  return named ?? (/^\d+(\.\d+)?(px)?$/.test(text.trim()) ? parseFloat(text) : NaN);
}

/** Index of the layout for a window of `width` pixels; the smallest one when the window is narrower than all. */
export function activeLayout(layouts: readonly Layout[], width: number): number {
  let active = 0;
  let best = -1;
  let smallest = Infinity;
  layouts.forEach((layout, index) => {
    const from = breakpointWidth(layout.breakpoint);
    if (from <= width && from >= best) {
      best = from;
      active = index;
    } else if (best < 0 && from < smallest) {
      smallest = from;
      active = index;
    }
  });
  return active;
}

/** Read a box in flex mode: a zone's name, the JSON of `ui.box`, or of `ui.boxes` (one a layout). Null when none. */
export function parseZoneBox(text: string, layout: number): ZoneBox | null {
  const trimmed = text.trim();
  if (trimmed === "") return null;
  if (!/^[[{]/.test(trimmed)) return { zone: trimmed, order: 0 };
  try {
    return readZoneBox(JSON.parse(trimmed), layout);
  } catch {
    return null;
  }
}

function readZoneBox(value: unknown, layout: number): ZoneBox | null {
  if (Array.isArray(value)) return readZoneBox((value as readonly unknown[])[layout] ?? value[0], layout);
  if (typeof value === "string") return parseZoneBox(value, layout);
  if (typeof value !== "object" || value === null) return null;
  const { zone, order, size, width, height } = value as Readonly<Record<string, unknown>>;
  if (typeof zone !== "string") return null;
  return {
    zone,
    order: typeof order === "number" ? order : 0,
    ...(typeof size === "number" || typeof size === "string" ? { size: String(size) } : {}),
    ...(typeof width === "string" ? { width } : {}),
    ...(typeof height === "string" ? { height } : {}),
  };
}

/** Names of the zones that take cards: those without zones inside, the first of each name. */
export function leafZones(zones: readonly Zone[], found = new Set<string>()): ReadonlySet<string> {
  for (const zone of zones) {
    if (zone.zones && zone.zones.length > 0) leafZones(zone.zones, found);
    else found.add(zone.name);
  }
  return found;
}

/**
 * Cards by zone, each list in drawing order.
 *
 * Cards for an unknown zone are not drawn; `report` hears their key and the zone.
 */
export function placeInZones(
  layout: Layout,
  index: number,
  cards: Iterable<readonly [key: string, box: string]>,
  report: (key: string, zone: string) => void = () => undefined,
): ReadonlyMap<string, readonly Placed[]> {
  const zones = new Map<string, Placed[]>([...leafZones(layout.zones)].map((name) => [name, []]));
  for (const [key, text] of cards) {
    const box = parseZoneBox(text, index);
    if (!box) continue;
    const zone = zones.get(box.zone);
    if (zone) zone.push({ key, box });
    else report(key, box.zone);
  }
  for (const placed of zones.values()) placed.sort((one, other) => one.box.order - other.box.order);
  return zones;
}

/** CSS `flex` and fixed length of something inside a row or a column. */
export interface FlexSize {
  readonly flex: string;
  readonly width?: string;
  readonly height?: string;
}

/** Size of a zone: a plain number is its share, a length is fixed; none fills a row and hugs its content in a column. */
export function zoneSize(size: string | undefined, parent: "row" | "column"): FlexSize {
  if (size !== undefined && /^\d+$/.test(size)) return { flex: `${size} 1 0` };
  if (size !== undefined && size !== "") return { flex: "0 0 auto", [parent === "row" ? "width" : "height"]: size };
  return { flex: parent === "row" ? "1 1 0" : "0 0 auto" };
}

/** Size of a card in its zone. */
export function cardSize(box: ZoneBox): FlexSize {
  const fixed = {
    ...(box.width === undefined ? {} : { width: box.width }),
    ...(box.height === undefined ? {} : { height: box.height }),
  };
  if (box.size === "0") return { flex: "0 0 auto", ...fixed };
  if (box.size !== undefined && /^\d+$/.test(box.size)) return { flex: `${box.size} 1 auto`, ...fixed };
  if (box.size !== undefined && box.size !== "") return { flex: `0 0 ${box.size}`, ...fixed };
  return { flex: box.width !== undefined || box.height !== undefined ? "0 0 auto" : "1 1 auto", ...fixed };
}
