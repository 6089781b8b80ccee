/**
 * Counts the cards that show a sign of progress, such as a chat that waits for its answer. While there is one, the line at
 * the top of the page is hidden: one sign is enough.
 */
let count = $state(0);

export const busySigns = {
  get any(): boolean {
    return count > 0;
  },
  /** Count one sign; returns a function that removes it. */
  add(): () => void {
    count += 1;
    return () => {
      count -= 1;
    };
  },
};
