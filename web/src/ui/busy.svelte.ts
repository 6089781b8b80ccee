/**
 * Cards that show for themselves that something is going on, such as a chat that waits for its answer. While there is
 * one, the line at the top of the page keeps still: one sign is enough.
 */
let count = $state(0);

export const busySigns = {
  get any(): boolean {
    return count > 0;
  },
  /** Count one sign; the answer takes it back. */
  add(): () => void {
    count += 1;
    return () => {
      count -= 1;
    };
  },
};
