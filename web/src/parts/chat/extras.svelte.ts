/** What messages are made of beyond their words is loaded with the first message that has it, and then at hand. */
import { fetched } from "../fetched.svelte";

/** The components; undefined until they have arrived. Reactive. */
export const messageExtras = fetched(() => import("../message"));
