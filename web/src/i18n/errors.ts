import { area } from "./area";

/** Words about something that failed. */
export const text = area("errors", {
  errorTitle: "Something went wrong",
  errorHint: "The page still works; you can try again.",
  errorId: "Error id",
  dismiss: "Dismiss",
  // What the server says itself, by its code.
  handler_failed: "Something went wrong while answering.",
  busy: "The app is still busy.",
  // What the client says itself.
  offline: "Not sent: this page is no longer connected.",
  outbox_full: "Not sent: too much is waiting for the connection already.",
  too_big: "Not sent: this is too long.",
});

const codes: readonly string[] = ["handler_failed", "busy", "offline", "outbox_full", "too_big"] satisfies readonly (keyof typeof text)[];

/** What to say of an error: our own for what never comes from the app, else what the app says. */
export function sentence({ code, msg }: { readonly code: string; readonly msg: string }): string {
  return codes.includes(code) ? text[code as keyof typeof text] : msg || text.errorTitle;
}
