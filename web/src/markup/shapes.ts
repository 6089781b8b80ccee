/** Elements of a graphics card, as `h2o_wave.graphics` makes them, as elements of SVG. */
import * as d3 from "d3-shape";
import { asText, num, str, yes, type Values } from "../page/read";
import { keepsDrawn } from "./lists";

const TAGS: Readonly<Record<string, string>> = { a: "path", c: "circle", e: "ellipse", i: "image", l: "line", p: "path", pg: "polygon", pl: "polyline", r: "rect", s: "path", t: "text" };

/** Names in SVG that are not written with hyphens. */
const CAMEL: Readonly<Record<string, string>> = { "preserve-aspect-ratio": "preserveAspectRatio" };

/**
 * The node for an element.
 *
 * @param shown Returns the address of a picture if it may be shown.
 */
export function shape(given: Values, shown: (address: string) => string | undefined): SVGElement {
  const kind = str(given["_t"]) ?? "";
  const node = document.createElementNS("http://www.w3.org/2000/svg", TAGS[kind] ?? "g");
  const own = kind === "s" ? ["x", "y"] : [];
  for (const [name, value] of Object.entries(given)) {
    const kebab = name.replaceAll("_", "-");
    const real = CAMEL[kebab] ?? kebab;
    const text = asText(value);
    if (keepsDrawn(real) && !own.includes(name) && !/url\(|\\/i.test(text)) node.setAttribute(real, text);
  }
  if (kind === "a") node.setAttribute("d", arc(given));
  if (kind === "s") node.setAttribute("d", spline(given));
  if (kind === "t") node.textContent = asText(given["text"]);
  const href = kind === "i" ? shown(asText(given["href"])) : undefined;
  if (href !== undefined) node.setAttribute("href", href);
  return node;
}

const CURVES: Readonly<Record<string, d3.CurveFactory>> = {
  basis: d3.curveBasis,
  "basis-closed": d3.curveBasisClosed,
  "basis-open": d3.curveBasisOpen,
  cardinal: d3.curveCardinal,
  "cardinal-closed": d3.curveCardinalClosed,
  "cardinal-open": d3.curveCardinalOpen,
  smooth: d3.curveCatmullRom,
  "smooth-closed": d3.curveCatmullRomClosed,
  "smooth-open": d3.curveCatmullRomOpen,
  linear: d3.curveLinear,
  "linear-closed": d3.curveLinearClosed,
  "monotone-x": d3.curveMonotoneX,
  "monotone-y": d3.curveMonotoneY,
  natural: d3.curveNatural,
  step: d3.curveStep,
  "step-after": d3.curveStepAfter,
  "step-before": d3.curveStepBefore,
};

const radians = (degrees: unknown): number => ((num(degrees) ?? 0) * Math.PI) / 180;

function arc({ r1, r2, a1, a2 }: Values): string {
  return d3.arc()({ innerRadius: num(r1) ?? 0, outerRadius: num(r2) ?? 0, startAngle: radians(a1), endAngle: radians(a2) }) ?? "";
}

/** Numbers separated by spaces; a place without a number is a gap. */
const numbers = (value: unknown): readonly number[] =>
  typeof value === "string" && value !== "" ? value.split(/\s/).map((one) => (one === "" ? NaN : Number(one))) : [];

/** Where a curve goes: along `x` and `y`, and back along `x0` or `y0` for an area. */
function spline(given: Values): string {
  const [x, y] = [numbers(given["x"]), numbers(given["y"])];
  const at = (list: readonly number[], value: unknown) => (index: number): number => (value === "" ? 0 : (list[index] ?? NaN));
  const [ofX, ofY] = [at(x, undefined), at(y, undefined)];
  const [baseX, baseY] = (["x0", "y0"] as const).map((name) => (typeof given[name] === "string" ? at(numbers(given[name]), given[name]) : undefined));
  const curve = CURVES[str(given["curve"]) ?? "linear"] ?? d3.curveLinear;
  const places = [...(x.length >= y.length ? x : y).keys()];
  const defined = (index: number): boolean => [ofX(index), ofY(index), baseX?.(index) ?? 0, baseY?.(index) ?? 0].every(Number.isFinite);
  if (yes(given["radial"])) {
    if (baseY) return d3.areaRadial<number>().defined(defined).angle(ofX).innerRadius(baseY).outerRadius(ofY).curve(curve)(places) ?? "";
    if (baseX) return d3.areaRadial<number>().defined(defined).startAngle(baseX).endAngle(ofX).radius(ofY).curve(curve)(places) ?? "";
    return d3.lineRadial<number>().defined(defined).angle(ofX).radius(ofY).curve(curve)(places) ?? "";
  }
  if (baseY) return d3.area<number>().defined(defined).x(ofX).y0(baseY).y1(ofY).curve(curve)(places) ?? "";
  if (baseX) return d3.area<number>().defined(defined).x0(baseX).x1(ofX).y(ofY).curve(curve)(places) ?? "";
  return d3.line<number>().defined(defined).x(ofX).y(ofY).curve(curve)(places) ?? "";
}
