/** What messages are made of beyond their words is loaded with the first message that has it, and then at hand. */
import type * as Extras from "../message";

let extras = $state.raw<typeof Extras>();
let asked = false;

/** The components; undefined until they have arrived. Reactive. */
export function messageExtras(): typeof Extras | undefined {
  if (!asked) {
    asked = true;
    import("../message").then(
      (module) => {
        extras = module;
      },
      () => {
        setTimeout(() => (asked = false), 3000);
      },
    );
  }
  return extras;
}
