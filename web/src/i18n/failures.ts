/** Why an answer failed, by the codes of `swell.errors`; loaded with the first message that has more than words. */
import { text as common } from "words:common";
import { text } from "words:failures";
import { asText, str, type Values } from "../page/read";

const known = (code: string): code is keyof typeof text => Object.hasOwn(text, code);

/** What to say of a message that failed: the reader's language for a code that is known here, else what the app says. */
export function failure(more: Values): string {
  const code = str(more["error_code"]);
  if (code === undefined || !known(code)) return asText(more["error"]);
  const id = str(more["error_id"]);
  return id === undefined ? text[code] : `${text[code]} (${common.errorNumber({ id })})`;
}
