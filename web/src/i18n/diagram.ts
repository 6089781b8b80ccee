import { area } from "./area";

/** Words of diagrams. */
export const text = area("diagram", {
  diagram: (kind: string) => `Diagram (${kind})`,
  diagramSource: "Source",
  diagramFailed: "This diagram could not be drawn. Here is its source.",
  diagramTooLarge: "This diagram is too large to be drawn. Here is its source.",
});
