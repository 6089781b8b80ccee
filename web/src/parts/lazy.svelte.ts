/** Parts of the interface that most pages do without are loaded when they are first wanted. */
import { fetched } from "./fetched.svelte";

/**
 * The default export of a module, from when `wanted` is true for the first time.
 *
 * @returns `current` is undefined until it has arrived. Reactive.
 */
export function lazy<T>(wanted: () => boolean, load: () => Promise<{ readonly default: T }>): { readonly current: T | undefined } {
  const module = fetched(load);
  $effect(() => {
    if (wanted()) module();
  });
  return {
    get current() {
      return module(false)?.default;
    },
  };
}
