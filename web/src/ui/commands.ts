/** What one part of the page can do for another, by name: who can do it offers it, and nobody has to find anybody. */
import { SvelteMap } from "svelte/reactivity";

/** `sidebar`: show or hide it. */
export type CommandName = "sidebar";

const offered = new SvelteMap<CommandName, () => void>();

/** Offer a command until the answer is called; the last one to offer it counts. */
export function offer(name: CommandName, run: () => void): () => void {
  offered.set(name, run);
  return () => {
    if (offered.get(name) === run) offered.delete(name);
  };
}

/** What runs a command, undefined while nobody offers it. Reactive. */
export const command = (name: CommandName): (() => void) | undefined => offered.get(name);
