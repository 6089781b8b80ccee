/** What is only worth showing when it lasts. */

/** True once `active` has been true for so many milliseconds; false as soon as it is not. */
export function lasting(active: () => boolean, ms: number): { readonly current: boolean } {
  let current = $state(false);
  $effect(() => {
    if (!active()) {
      current = false;
      return undefined;
    }
    const timer = setTimeout(() => (current = true), ms);
    return () => {
      clearTimeout(timer);
    };
  });
  return {
    get current() {
      return current && active();
    },
  };
}
