import { mount } from "svelte";
import App from "./App.svelte";
import { browserPlatform } from "./transport/browser";
import { Client } from "./transport/client";

const target = document.getElementById("app");
if (target === null) throw new Error("the page has no #app");

const { prefix = "", route = "/", build = "" } = document.body.dataset;
const client = new Client(browserPlatform(), { prefix, route, build });
mount(App, { target, props: { client } });
void client.start();
