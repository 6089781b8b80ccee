/** Commands that one part of the page offers to the others, by name, so that they need no reference to each other. */
import { untrack } from "svelte";

export interface Command {
  /** Do it; false when there was nothing to do it with. */
  run(): unknown;
  /** Whether it can be done now; always, when left out. */
  available?(): boolean;
}

/** Commands by their ids. */
export class Commands {
  #offered = $state.raw<Readonly<Record<string, Command | undefined>>>({});
  readonly #above: Commands | undefined;

  /** @param above Has those that are not offered here. */
  constructor(above?: Commands) {
    this.#above = above;
  }

  /** Offer commands by their ids until the answer is called; the last one to offer a command counts. */
  offer(commands: Readonly<Record<string, Command>>): () => void {
    this.#change(commands);
    return () => {
      const gone = Object.entries(commands).filter(([id, command]) => this.#offered[id] === command);
      this.#change(Object.fromEntries(gone.map(([id]) => [id, undefined])));
    };
  }

  /** Whether a command can be run now. Reactive. */
  available(id: string): boolean {
    const own = this.#offered[id];
    return own ? (own.available?.() ?? true) : (this.#above?.available(id) ?? false);
  }

  /** Run a command; false when it cannot be run. */
  run(id: string): boolean {
    if (!this.available(id)) return false;
    const own = this.#offered[id];
    return own ? own.run() !== false : (this.#above?.run(id) ?? false);
  }

  #change(to: Readonly<Record<string, Command | undefined>>): void {
    this.#offered = { ...untrack(() => this.#offered), ...to };
  }
}

/** Those of the page as a whole, such as `sidebar`: show or hide it. */
export const pageCommands = new Commands();
