import { fetched } from "../../fetched.svelte";

/** What few messages need is loaded with the first that does, and then at hand; undefined until then. Reactive. */
export const actionParts = fetched(() => import("./index"));
