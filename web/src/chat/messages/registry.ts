/** Parts of messages by type. A file `PascalCase.svelte` in `parts/` is one; all share the chunk of the first. */
import type { Component } from "svelte";
import { str, type Values } from "../../page/read";
import type { PartProps, Place } from "./part";

interface PartModule {
  readonly default: Component<PartProps>;
  readonly place?: Place | ((user: boolean) => Place | undefined);
}

const files = import.meta.glob<PartModule>("./parts/*.svelte", { eager: true });

const moduleOf = (part: Values | undefined): PartModule | undefined => {
  const file = `./parts/${(str(part?.["type"]) ?? "").replace(/(^|_)([a-z0-9])/g, (_all, _bar, letter: string) => letter.toUpperCase())}.svelte`;
  return Object.hasOwn(files, file) ? files[file] : undefined;
};

/** What draws a part; undefined for a type that is not known here. */
export const componentOf = (part: Values): Component<PartProps> | undefined => moduleOf(part)?.default;

/** Where a part stands. */
export function placeOf(part: Values | undefined, user: boolean): Place | undefined {
  const place = moduleOf(part)?.place;
  return typeof place === "function" ? place(user) : place;
}
