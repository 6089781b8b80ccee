import type { Json } from "../../page/state";
import { nameOf, type Source } from "./rows";

/** Thumbs under answers. */
export class Ratings {
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- replaced, never changed
  #marks = $state.raw<ReadonlyMap<string, boolean | undefined>>(new Map());
  readonly #emit: (data: Json) => Promise<"ok" | "failed">;

  /** @param emit Tells the app of one. */
  constructor(emit: (data: Json) => Promise<"ok" | "failed">) {
    this.#emit = emit;
  }

  /** The user's rating of a message; undefined when there is none. Reactive. */
  of(source: Source): boolean | undefined {
    return this.#marks.get(source.key);
  }

  /** Mark a message; the mark is taken back when it could not be sent. */
  rate(source: Source, content: string, positive: boolean): void {
    const before = this.of(source);
    if (before === positive) return;
    this.#mark(source, positive);
    void this.#emit({ message: content, positive, id: nameOf(source, source.read()) }).then((result) => {
      if (result !== "ok") this.#mark(source, before);
    });
  }

  #mark(source: Source, positive: boolean | undefined): void {
    // eslint-disable-next-line svelte/prefer-svelte-reactivity -- replaced, never changed
    this.#marks = new Map(this.#marks).set(source.key, positive);
  }
}
