/**
 * Specifications come from apps and models. They may draw anything, and reach for nothing: no other site, no other element
 * of the page, no key that is pressed elsewhere.
 */
import { isList, isObject, type Json } from "../transport/json";
import { safePath } from "../page/read";

/** Largest side of a chart in CSS pixels. */
const MAX_SIDE = 4_000;
/** Most rows that a specification may make up. */
const MAX_SEQUENCE = 100_000;
const MAX_DEPTH = 64;

/** A specification that is not drawn, and why. */
export class BadChart extends Error {}

/** Read a specification as an app wrote it. @throws BadChart */
export function readSpec(text: string): Record<string, Json> {
  let spec: unknown;
  try {
    spec = JSON.parse(text);
  } catch (error) {
    throw new BadChart(`the specification is not JSON: ${error instanceof Error ? error.message : ""}`);
  }
  if (!isObject(spec)) throw new BadChart("the specification is not a JSON object");
  return spec;
}

/** Return a copy without what reaches out of the chart. @throws BadChart */
export function guarded(spec: Json, depth = 0): Json {
  if (depth > MAX_DEPTH) throw new BadChart("the specification is nested too deeply");
  if (isList(spec)) return spec.map((one) => guarded(one, depth + 1));
  if (!isObject(spec)) return spec;
  if (spec["type"] === "sequence" || isObject(spec["sequence"] ?? null)) checkSequence((isObject(spec["sequence"] ?? null) ? spec["sequence"] : spec) as Record<string, Json>);
  const out: Record<string, Json> = {};
  for (const [name, value] of Object.entries(spec)) {
    if (name === "values" && isList(value)) out[name] = value;
    else if (name === "bind" && isObject(value)) {
      // An input stands below the chart, and nowhere else.
      const { element: _element, ...rest } = value;
      out[name] = rest;
    } else if (name === "usermeta" || (depth === 0 && name === "$schema")) continue;
    else out[name] = guarded(value, depth + 1);
  }
  if (depth === 0) {
    for (const side of ["width", "height"]) {
      const given = out[side];
      if (typeof given === "number") out[side] = Math.min(MAX_SIDE, Math.max(1, given));
    }
    const { config } = out;
    if (isObject(config ?? null)) {
      const { events: _events, signals: _signals, ...rest } = config as Record<string, Json>;
      out["config"] = rest;
    }
  }
  return out;
}

function checkSequence({ start = 0, stop, step = 1 }: Record<string, Json>): void {
  const fixed = [start, stop, step].every((one) => typeof one === "number");
  if (!fixed || !((Number(stop) - Number(start)) / Number(step) <= MAX_SEQUENCE)) {
    throw new BadChart(`a sequence has at most ${MAX_SEQUENCE} rows, and numbers as start, stop and step`);
  }
}

/** Events that a chart hears: its own, and what ends a drag that began on it. */
export const EVENTS = {
  view: ["click", "dblclick", "pointerdown", "pointermove", "pointerup", "pointerover", "pointerout", "pointerenter", "pointerleave", "mousedown", "mousemove", "mouseup", "mouseover", "mouseout", "wheel", "touchstart", "touchmove", "touchend"],
  window: ["pointermove", "pointerup", "mousemove", "mouseup", "resize"],
  selector: false,
  timer: false,
} as const;

/** Addresses that a chart asks for: pictures inside of it, and links that a user clicks. */
export const loader = {
  load: (address: string): Promise<never> => Promise.reject(new BadChart(`a chart loads no data from addresses (${String(address).slice(0, 80)}); put the rows into the specification`)),
  sanitize: (address: string, options: { readonly context?: string }): Promise<{ href: string; target?: string; rel?: string }> => {
    if (options.context === "href") {
      const href = safePath(address);
      return href === undefined || /^\s*blob:/i.test(href) ? Promise.reject(new BadChart("a link of a chart leads to the web")) : Promise.resolve({ href, target: "_blank", rel: "noopener noreferrer" });
    }
    return /^data:image\/(?:png|jpeg|gif|webp);base64,/.test(address) ? Promise.resolve({ href: address }) : Promise.reject(new BadChart("a chart shows no pictures from addresses"));
  },
};

/** The height that a specification asks for, with the room of its axes. */
export function heightIn(spec: string | Json): number | undefined {
  try {
    const { height } = typeof spec === "string" ? readSpec(spec) : (spec as Record<string, Json>);
    return typeof height === "number" ? Math.min(MAX_SIDE, height) + 60 : undefined;
  } catch {
    return undefined;
  }
}
