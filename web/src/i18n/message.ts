import { area } from "./area";

/** Words of what messages are made of. */
export const text = area("message", {
  thinking: "Thinking",
  thought: "Thoughts",
  thoughtFor: (duration: string) => `Thought for ${duration}`,
  toolRunning: "Running",
  toolWaiting: "Waiting for you",
  toolDone: "Done",
  toolFailed: "Failed",
  toolInput: "Input",
  toolResult: "Result",
  sources: "Sources",
  source: (number: string, title: string) => `Source ${number}: ${title}`,
  openSource: "Open source",
  interrupted: "This answer was interrupted.",
  failed: "This answer could not be completed.",
  imageFailed: "This image could not be loaded.",
  table: (rows: string) => `Table, ${rows} rows`,
  allRows: (rows: string) => `Show all ${rows} rows`,
  truncated: "Only the beginning is shown.",
  yes: "Yes",
  no: "No",
});
