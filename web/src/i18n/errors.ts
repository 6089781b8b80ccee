/** What to say of an error that is shown in a notice or a card. */
import { text } from "words:errors";
import { text as failures } from "words:failures";

/** What never comes from the app: said by the server itself, or by the client. */
const own = new Map<string, () => string>([
  ...(["handler_failed", "busy"] as const).map((code) => [code, () => failures[code]] as const),
  ...(["offline", "outbox_full", "too_big"] as const).map((code) => [code, () => text[code]] as const),
]);

/** The message for the user: in their language for known codes, otherwise the app's text. */
export const sentence = ({ code, msg }: { readonly code: string; readonly msg: string }): string => own.get(code)?.() ?? (msg || text.errorTitle);
