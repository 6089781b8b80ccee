import { area } from "./area";

/** Words of what can be done with a message. */
export const text = area("actions", {
  regenerate: "Write another answer",
  previous: "Previous version",
  next: "Next version",
  version: (at: string, of: string) => `Version ${at} of ${of}`,
  remove: "Delete",
  yours: "Your message",
  cancel: "Cancel",
  notDone: "This did not work. Try again.",
  whatGood: "What was good?",
  whatBad: "What was wrong?",
  sendComment: "Send",
  thanks: "Thank you",
});
