/** The client of this page, which every component can reach without being handed it. */
import { getContext, setContext } from "svelte";
import type { Client } from "../transport/client";
import type { PageState } from "./state";

export type PageClient = Client<PageState>;

const CLIENT = Symbol("client");

/** Called once by App. */
export function provideClient(client: PageClient): void {
  setContext(CLIENT, client);
}

/** The client of this page; call it while a component is being set up. */
export const client = (): PageClient => getContext<PageClient>(CLIENT);
