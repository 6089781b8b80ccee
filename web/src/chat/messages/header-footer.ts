/** What stands around the words of a message. Loaded with the first message that has any of it. */
export { default as Footer } from "./Footer.svelte";
export { default as Header } from "./Header.svelte";
export { default as Divider } from "./Divider.svelte";
export { sourcesAmong } from "./sources";
