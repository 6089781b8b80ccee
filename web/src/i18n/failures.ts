import { asText, str, type Props } from "../page/read";
import { area } from "./area";

/** Why an answer failed, by the codes of `swell.errors`; loaded with the first message that has more than words. */
export const text = area("failures", {
  model_failed: "The model could not answer. Try again.",
  rate_limited: "The model is asked too often right now. Wait a moment, then try again.",
  auth: "The model's provider did not accept this app's key. Tell whoever runs the app.",
  context_too_long: "This conversation is too long for the model. Begin a new one, or shorten your message.",
  connection: "The connection to the model failed. Try again.",
  bad_request: "The model's provider refused this request. Change your message or begin a new one.",
  overloaded: "The model is overloaded. Try again in a moment.",
  ask_timeout: "The question was not answered in time.",
  answer_too_long: "The answer ends here: it is as long as an answer can be.",
  empty_answer: "The app gave no answer.",
  handler_failed: "Something went wrong while answering.",
  errorNumber: (id: string) => `Error ${id}`,
});

const known = (code: string): code is Exclude<keyof typeof text, "errorNumber"> => code !== "errorNumber" && Object.hasOwn(text, code);

/** What to say of a message that failed: our own words for a code that is known here, else what the app says. */
export function failure(more: Props): string {
  const code = str(more["error_code"]);
  if (code === undefined || !known(code)) return asText(more["error"]);
  const id = str(more["error_id"]);
  return id === undefined ? text[code] : `${text[code]} (${text.errorNumber(id)})`;
}
