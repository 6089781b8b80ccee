import { mount } from "svelte";
import App from "./App.svelte";
import { speakLocally } from "./i18n/locale";
import { browserPlatform } from "./transport/browser";
import { Client } from "./transport/client";

const target = document.getElementById("app");
if (target === null) throw new Error("the page has no #app");

const { prefix = "", route = "/", build = "" } = document.body.dataset;
const client = new Client(browserPlatform(), { prefix, route, build });
void client.start();
// The words are there before the first of them is drawn; the connection is made meanwhile.
void speakLocally().then(() => mount(App, { target, props: { client } }));
