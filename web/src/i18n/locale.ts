/**
 * The language of the page. The server puts it on the document: what the app's setting says, else what the browser
 * asks for. English is part of the client; another language is one chunk, and is there before anything is drawn.
 */
import languages from "words:languages";
import { speak } from "./area";

/** Load the texts of the page's language. Without them, as when offline, the page is in English. */
export async function speakLocally(): Promise<void> {
  const { documentElement: html } = document;
  const load = languages[html.lang.split("-")[0] ?? ""];
  if (!load) return;
  try {
    speak((await load()).default);
  } catch {
    html.lang = "en";
    html.dir = "ltr";
  }
}

/** For dates and numbers: the page's language with the user's region, as in `en-GB`. */
export function locale(): string {
  const { lang } = document.documentElement;
  const [language = "en"] = lang.split("-");
  return navigator.languages.find((own) => own.split("-")[0] === language) ?? (lang || "en");
}
