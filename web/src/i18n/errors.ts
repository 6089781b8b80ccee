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
});

const codes: readonly string[] = ["handler_failed", "busy"] satisfies readonly (keyof typeof text)[];

/** What to say of an error: words of our own for what the server always says in English, else what the app says. */
export function sentence({ code, msg }: { readonly code: string; readonly msg: string }): string {
  return codes.includes(code) ? text[code as keyof typeof text] : msg || text.errorTitle;
}
