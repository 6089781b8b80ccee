/**
 * Form components by name. A file `PascalCase.svelte` in `components/` is one. Those that most forms have share the chunk of
 * the first form; each other is loaded with the first form that has it.
 */
import type { Component } from "svelte";
import { record, records } from "../page/read";
import type { ItemProps } from "./control.svelte";

interface Module {
  readonly default: Component<ItemProps>;
}

const basic = import.meta.glob<Module>("./components/{Button,Buttons,Checkbox,CopyableText,Dropdown,Inline,Link,MessageBar,Progress,Separator,Text,TextL,TextM,TextS,TextXl,TextXs,Textbox}.svelte", { eager: true });
const others = import.meta.glob<Module>([
  "./components/*.svelte",
  "!./components/{Button,Buttons,Checkbox,CopyableText,Dropdown,Inline,Link,MessageBar,Progress,Separator,Text,TextL,TextM,TextS,TextXl,TextXs,Textbox}.svelte",
]);
const ready = new Map(Object.entries(basic).map(([file, module]) => [file, module.default]));

const fileOf = (name: string): string => `./components/${name.replace(/(^|_)([a-z0-9])/g, (_all, _bar, letter: string) => letter.toUpperCase())}.svelte`;

/** The component for `{"message_bar": {...}}` and the like; undefined when there is none, or it is not loaded yet. */
export const componentNamed = (name: string): Component<ItemProps> | undefined => ready.get(fileOf(name));

/** Whether there is a component of this name that has to be loaded. */
export const isAway = (name: string): boolean => !ready.has(fileOf(name)) && Object.hasOwn(others, fileOf(name));

/** Load the components that are away. */
export async function loadComponents(names: readonly string[]): Promise<void> {
  await Promise.all(
    names.filter(isAway).map(async (name) => {
      const module = await others[fileOf(name)]?.();
      if (module) ready.set(fileOf(name), module.default);
    }),
  );
}

/** The names of the components in a list, and in the lists inside them. */
export function namesIn(items: unknown): readonly string[] {
  return records(items).flatMap((wrapped) => {
    const [name, more] = Object.keys(wrapped);
    if (name === undefined || more !== undefined) return [];
    const item = record(wrapped[name]);
    return [name, ...namesIn(item["items"]), ...namesIn(item["buttons"])];
  });
}
