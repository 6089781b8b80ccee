/** Loaded with the first message that can be acted on: it is shown by then. */
export { default as Actions } from "../Actions.svelte";
