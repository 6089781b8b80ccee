import { mount } from "svelte";
import App from "./app/App.svelte";
import { speakLocally } from "./i18n/locale";
import { PageState } from "./page/state";
import { browserPlatform } from "./transport/browser";
import { Client } from "./transport/client";
import { placeOfPage } from "./transport/hello";

// eslint-disable-next-line no-restricted-syntax -- where the page begins
const target = document.getElementById("app");
if (target === null) throw new Error("the page has no #app");

const client = new Client(browserPlatform(), placeOfPage(), new PageState());
void client.start();
// The texts are loaded before the first rendering, while the client connects.
// The texts are loaded before the first rendering, while the client connects.
const popovers = "showPopover" in target ? null : import("./ui/popover-polyfill").then(({ default: add }) => add());
void Promise.all([speakLocally(), popovers]).then(() => mount(App, { target, props: { client } }));
