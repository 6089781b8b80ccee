/**
 * The language of the page. The server puts it on the document: what the app's setting says, else what the browser
 * asks for. English is part of the client; another language is one chunk, and is there before anything is drawn.
 */
import { speak } from "./area";
import type { Catalogue } from "./catalogue";

interface Module {
  readonly default: Catalogue;
}

const catalogues = import.meta.glob<Module>("./{de,es,fr,zh,ja,ar}.ts");

/** Load the words of the page's language. Without them, as when offline, the page speaks English. */
export async function speakLocally(): Promise<void> {
  const { documentElement: html } = document;
  const load = catalogues[`./${html.lang.split("-")[0] ?? ""}.ts`];
  if (!load) return;
  try {
    speak((await load()).default);
  } catch {
    html.lang = "en";
    html.dir = "ltr";
  }
}

/** For dates and numbers: the page's language in the way of the person's region, as in `en-GB`. */
export function locale(): string {
  const { lang } = document.documentElement;
  const [language = "en"] = lang.split("-");
  return navigator.languages.find((own) => own.split("-")[0] === language) ?? (lang || "en");
}
