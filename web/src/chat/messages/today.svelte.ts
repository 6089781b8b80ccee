import { untilMidnight } from "./days";

let now = $state(Date.now());
let timer: ReturnType<typeof setTimeout> | undefined;

/** A time of today; one of another day after midnight. Reactive. */
export function today(): number {
  timer ??= setTimeout(() => {
    timer = undefined;
    now = Date.now();
  }, untilMidnight());
  return now;
}
