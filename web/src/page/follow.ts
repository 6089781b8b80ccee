/** Make state outside of components reactive. */
import { createSubscriber } from "svelte/reactivity";
import type { PageState } from "./state";

/** Something that tells when it changed. */
export interface Subscribable {
  subscribe(changed: () => void): () => void;
}

/**
 * Make a store that is read and subscribed to by hand reactive: reading the result in a template or an effect follows
 * the store's changes while the template or effect exists.
 *
 * @param store Read reactively by the caller, so that another store means another call: `$derived(follow(row, ...))`.
 */
export function follow<S extends Subscribable | undefined, T>(
  store: S,
  read: (store: S) => T,
  subscribe: (store: NonNullable<S>, changed: () => void) => () => void = (from, changed) => from.subscribe(changed),
): () => T {
  if (store === undefined) return () => read(store);
  const track = createSubscriber((changed) => subscribe(store, changed));
  return () => {
    track();
    return read(store);
  };
}

/**
 * How often a property was assigned, for those that do something at every assignment, also of the value they have.
 *
 * @param card The card's state: reading it makes the answer follow its changes.
 */
export function touched(page: PageState, card: object | undefined, key: string, prop?: string): number {
  void card;
  return page.touched(key, prop);
}
