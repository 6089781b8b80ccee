/** What messages are made of beyond their words. Loaded with the first message that has any of it. */
export { default as After } from "./After.svelte";
export { default as Before } from "./Before.svelte";
export { default as Divider } from "../chat/Divider.svelte";
export { sourcesOf } from "./sources";
