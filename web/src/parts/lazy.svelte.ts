/** Parts of the interface that most pages do without are loaded when they are first wanted. */

/** How long to wait before another attempt, in milliseconds; the connection is probably away. */
export const AGAIN_MS = 3000;

/**
 * The default export of a module, from when `wanted` is true for the first time.
 *
 * @returns `current` is undefined until it has arrived. Reactive.
 */
export function lazy<T>(wanted: () => boolean, load: () => Promise<{ readonly default: T }>): { readonly current: T | undefined } {
  let current = $state.raw<T>();
  let attempts = $state(0);
  $effect(() => {
    void attempts;
    if (!wanted() || current !== undefined) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    load().then(
      (module) => {
        current = module.default;
      },
      () => {
        timer = setTimeout(() => (attempts += 1), AGAIN_MS);
      },
    );
    return () => {
      clearTimeout(timer);
    };
  });
  return {
    get current() {
      return current;
    },
  };
}
