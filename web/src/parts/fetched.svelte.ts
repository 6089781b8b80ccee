import { again } from "../again";

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
