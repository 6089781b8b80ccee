/** What the texts inside a component may show, run and point to. */
import { getContext, hasContext, setContext } from "svelte";
import type { Images, Sources } from "./view";

const IMAGES = Symbol("images");

/** Set whose images the texts inside a component show; see `markdown/policy.ts`. */
export function provideImages(read: () => Images): void {
  setContext(IMAGES, read);
}

/** Whose images are shown here: all in texts of the app itself. Call it while a component is being set up. */
export const images = (): (() => Images) => getContext<(() => Images) | undefined>(IMAGES) ?? (() => "allow");

/** Whether a text belongs to a conversation, which nothing in it may leave; call it while a component is being set up. */
export const inConversation = (): boolean => hasContext(IMAGES);

const COMMANDS = Symbol("commands");

/** Set which commands the texts inside a component may run, where a model may have written them; undefined for all. */
export function provideTextCommands(read: () => readonly string[] | undefined): void {
  setContext(COMMANDS, read);
}

/** The commands that texts may run here, undefined for all; call it while a component is being set up. */
export const textCommands = (): (() => readonly string[] | undefined) =>
  getContext<(() => readonly string[] | undefined) | undefined>(COMMANDS) ?? (() => undefined);

const SOURCES = Symbol("sources");

/** Set which sources the texts inside a component may point to, undefined where a `[1]` points to nothing. */
export function provideSources(read: () => Sources): void {
  setContext(SOURCES, read);
}

/** The sources of the message that a text belongs to; call it while a component is being set up. */
export const sources = (): (() => Sources) => getContext<(() => Sources) | undefined>(SOURCES) ?? (() => undefined);
