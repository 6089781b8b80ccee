import { AGAIN_MS } from "./lazy.svelte";

/**
 * A module that is fetched when it is first asked for, again and again until it comes: the connection may be away.
 *
 * @returns Gives the module; undefined until it has arrived. Reactive.
 */
export function fetched<T>(load: () => Promise<T>): () => T | undefined {
  let module = $state.raw<T>();
  let asked = false;
  const fetch = (): void => {
    load().then(
      (it) => {
        module = it;
      },
      () => setTimeout(fetch, AGAIN_MS),
    );
  };
  return () => {
    if (!asked) {
      asked = true;
      fetch();
    }
    return module;
  };
}
