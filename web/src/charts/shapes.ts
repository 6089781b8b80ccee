/** Symbols of points. */
const SHAPES: Readonly<Record<string, string>> = {
  circle: "circle",
  square: "square",
  diamond: "diamond",
  triangle: "triangle-up",
  "triangle-down": "triangle-down",
  plus: "M-1,0L1,0M0,-1L0,1",
  cross: "M-.8,-.8L.8,.8M-.8,.8L.8,-.8",
  bowtie: "M-1,-.8L1,.8L1,-.8L-1,.8Z",
  hexagon: "M0,-1L.87,-.5L.87,.5L0,1L-.87,.5L-.87,-.5Z",
  tick: "M-.6,-1L.6,-1M0,-1L0,1M-.6,1L.6,1",
  hyphen: "M-1,0L1,0",
  line: "M0,-1L0,1",
};

/** Vega's shape of a name; a circle for one that is unknown. */
export const shapeOf = (name: string): string => SHAPES[name.replace(/^hollow-/, "")] ?? "circle";
