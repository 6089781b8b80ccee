import { area } from "./area";

/** Words about something that failed. */
export const text = area({
  errorTitle: "Something went wrong",
  errorHint: "The page still works; you can try again.",
  errorId: "Error id",
  dismiss: "Dismiss",
});
