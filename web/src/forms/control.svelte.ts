/** What form controls have in common: their place in the arguments of the next submission. */
import { type Snippet, untrack } from "svelte";
import { client } from "../page/client";
import type { Json } from "../page/state";
import type { Values } from "../page/read";

/** A list of form components, and how it is laid out. */
export interface ItemList {
  items: unknown;
  /** Side by side, each as wide as it needs. */
  inline?: boolean;
  /** `row` or `column`, when side by side. */
  direction?: string | undefined;
  justify?: string | undefined;
  align?: string | undefined;
  height?: string | undefined;
}

/** What every form component receives. */
export interface ItemProps<Item = Values> {
  /** The inner object of `{"textbox": {...}}`. */
  item: Item;
  /** Draws form components inside of it. */
  nested: Snippet<[ItemList]>;
}

export interface Control {
  /** The user is changing the value, which is not submitted yet. */
  hold(value: Json): void;
  /** The user changed the value. */
  change(value: Json): void;
  /** Submit the form with the value as it is. */
  submit(): void;
}

/** What is the same for all controls. */
interface Named {
  readonly name?: string | undefined;
  readonly trigger?: boolean | undefined;
}

/**
 * Register a control: its value is written when it appears and when the app assigns another one.
 *
 * @param item The component's properties, as a function so that changes are followed.
 * @param value Value made of them; `adopt` hears it when the app assigned a new one.
 */
export function control<Item extends Named>(item: () => Item, value: (item: Item) => Json, adopt: (value: Json) => void = () => undefined): Control {
  const { args } = client();
  const name = (): string => item().name ?? "";
  let known: string | undefined;
  const given = $derived(JSON.stringify([name(), value(item())]));
  $effect.pre(() => {
    if (given === known) return;
    const first = known === undefined;
    known = given;
    untrack(() => {
      const now = value(item());
      args.set(name(), now);
      if (!first) adopt(now);
    });
  });
  return {
    hold: (next) => {
      args.set(name(), next);
    },
    change: (next) => {
      args.set(name(), next);
      if (item().trigger === true) void args.submit(name());
    },
    submit: () => void args.submit(name()),
  };
}
