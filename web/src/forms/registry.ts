/** Form components by name. A file `PascalCase.svelte` in `components/` is one; all share the chunk of the first form. */
import type { Component } from "svelte";
import type { ItemProps } from "./control.svelte";

interface Module {
  readonly default: Component<ItemProps>;
}

const files = import.meta.glob<Module>("./components/*.svelte", { eager: true });

/** The component for `{"message_bar": {...}}` and the like; undefined when there is none. */
export function componentNamed(name: string): Component<ItemProps> | undefined {
  const file = `./components/${name.replace(/(^|_)([a-z0-9])/g, (_all, _bar, letter: string) => letter.toUpperCase())}.svelte`;
  return Object.hasOwn(files, file) ? files[file]?.default : undefined;
}
