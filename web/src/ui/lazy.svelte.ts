/** Parts of the interface that most pages do without are loaded when they are first wanted. */
import { again } from "./retry";

/**
 * A module that is fetched when it is first asked for, again and again until it comes: the connection may be away.
 *
 * @returns Gives the module; undefined until it has arrived, and `false` does not ask for it. Reactive.
 */
export function fetched<T>(load: () => Promise<T>): (ask?: boolean) => T | undefined {
  let module = $state.raw<T>();
  let asked = false;
  const fetch = (): void => {
    load().then(
      (it) => {
        module = it;
      },
      () => {
        again(fetch);
      },
    );
  };
  return (ask = true) => {
    if (ask && !asked) {
      asked = true;
      fetch();
    }
    return module;
  };
}

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
