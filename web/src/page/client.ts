/** The client of this page, which every component can reach without being handed it. */
import { getContext, setContext } from "svelte";
import type { Client } from "../transport/client";

const CLIENT = Symbol("client");

/** Called once by App. */
export function provideClient(client: Client): void {
  setContext(CLIENT, client);
}

/** The client of this page; call it while a component is being set up. */
export const client = (): Client => getContext<Client>(CLIENT);
