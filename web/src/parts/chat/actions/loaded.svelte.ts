import type * as Parts from "./index";

let parts = $state.raw<typeof Parts>();
let asked = false;

/** What few messages need is loaded with the first that does, and then at hand; undefined until then. Reactive. */
export function actionParts(): typeof Parts | undefined {
  if (!asked) {
    asked = true;
    import("./index").then(
      (module) => {
        parts = module;
      },
      () => {
        setTimeout(() => (asked = false), 3000);
      },
    );
  }
  return parts;
}
