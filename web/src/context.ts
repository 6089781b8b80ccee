/** What every component can reach without being handed it: the client, and a few things about this page. */
import { getContext, hasContext, setContext } from "svelte";
import { createSubscriber } from "svelte/reactivity";
import type { Images, Sources } from "./markdown";
import type { Client } from "./transport/client";

const CLIENT = Symbol("client");

/** Called once by App. */
export function provideClient(client: Client): void {
  setContext(CLIENT, client);
}

/** The client of this page; call it while a component is being set up. */
export const client = (): Client => getContext<Client>(CLIENT);

const IMAGES = Symbol("images");

/** Say whose images the texts inside a component show; see `markdown/policy.ts`. */
export function provideImages(read: () => Images): void {
  setContext(IMAGES, read);
}

/** Whose images are shown here; call it while a component is being set up. */
export const images = (): (() => Images) => getContext<(() => Images) | undefined>(IMAGES) ?? (() => "ask");

/** Whether a text belongs to a conversation, which nothing in it may leave; call it while a component is being set up. */
export const inConversation = (): boolean => hasContext(IMAGES);

const COMMANDS = Symbol("commands");

/** Say which commands the texts inside a component may run, where a model may have written them; undefined for all. */
export function provideTextCommands(read: () => readonly string[] | undefined): void {
  setContext(COMMANDS, read);
}

/** The commands that texts may run here, undefined for all; call it while a component is being set up. */
export const textCommands = (): (() => readonly string[] | undefined) =>
  getContext<(() => readonly string[] | undefined) | undefined>(COMMANDS) ?? (() => undefined);

const SOURCES = Symbol("sources");

/** Say which sources the texts inside a component may point to, undefined where a `[1]` points to nothing. */
export function provideSources(read: () => Sources): void {
  setContext(SOURCES, read);
}

/** The sources of the message that a text belongs to; call it while a component is being set up. */
export const sources = (): (() => Sources) => getContext<(() => Sources) | undefined>(SOURCES) ?? (() => undefined);

/** Something that tells when it changed. */
export interface Subscribable {
  subscribe(changed: () => void): () => void;
}

/**
 * Make a store that is read and subscribed to by hand reactive: reading the result in a template or an effect follows
 * the store's changes for as long as somebody looks.
 *
 * @param store Read reactively by the caller, so that another store means another call: `$derived(follow(row, ...))`.
 */
export function follow<S extends Subscribable | undefined, T>(
  store: S,
  read: (store: S) => T,
  subscribe: (store: NonNullable<S>, changed: () => void) => () => void = (from, changed) => from.subscribe(changed),
): () => T {
  if (store === undefined) return () => read(store);
  const track = createSubscriber((changed) => subscribe(store, changed));
  return () => {
    track();
    return read(store);
  };
}

/** Key for things kept per page in the browser's storage: the route is what stays when a page is loaded again. */
export function storageKey(kind: string, name: string): string {
  const route = document.body.dataset["route"] ?? location.pathname;
  return `swell:${kind}:${document.body.dataset["prefix"] ?? ""}${route}:${name}`;
}

/**
 * How often a property was assigned, for those that do something at every assignment, also of the value they have.
 *
 * @param card The card's state: reading it makes the answer follow its changes.
 */
export function touched(page: Client["page"], card: object | undefined, key: string, prop?: string): number {
  void card;
  return page.touched(key, prop);
}
