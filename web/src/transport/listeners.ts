/** A set of callbacks. One that throws is reported and does not keep the others from being called. */
export class Listeners {
  readonly #fns = new Set<() => void>();

  /** Add a callback; returns a function that removes it. The same function added twice is called twice. */
  add(fn: () => void): () => void {
    const entry = () => fn();
    this.#fns.add(entry);
    return () => {
      this.#fns.delete(entry);
    };
  }

  get size(): number {
    return this.#fns.size;
  }

  notify(): void {
    // A copy: callbacks come and go while others run.
    for (const fn of [...this.#fns]) {
      try {
        fn();
      } catch (error) {
        reportError(error);
      }
    }
  }
}
