import { area } from "./area";

/** Words of what messages are made of. */
export const text = area("message", {
  thinking: "Thinking",
  thought: "Thoughts",
  thoughtFor: (duration: string) => `Thought for ${duration}`,
  steps: (thought: boolean, tools: number) => {
    const used = tools === 1 ? "used 1 tool" : `used ${String(tools)} tools`;
    return tools === 0 ? "Thought" : thought ? `Thought, ${used}` : used.replace("u", "U");
  },
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
  truncated: "Only the beginning is shown.",
  goOn: "Continue",
  cutLength: "The answer reached the model's length limit.",
  cutContext: "The conversation filled the model's memory. Start a new one to continue.",
  cutFilter: "The provider's content filter ended this answer.",
  cutRefusal: "The model declined to answer.",
  yes: "Yes",
  no: "No",
});
