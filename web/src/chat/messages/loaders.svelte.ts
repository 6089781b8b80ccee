/** What few messages need is loaded with the first that does, and then at hand; undefined until then. Reactive. */
import { fetched } from "../../ui/lazy.svelte";

/** What stands around the words of a message. */
export const messageFrame = fetched(() => import("./header-footer"));

/** What can be done with a message. */
export const messageActions = fetched(() => import("./Actions.svelte"));
