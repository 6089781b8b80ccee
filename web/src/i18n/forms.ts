import { area } from "./area";

/** Words of forms. */
export const text = area("forms", {
  required: "required",
  help: "Help",
  done: "Done",
  filter: "Search",
  noChoice: "Nothing fits.",
  showPassword: "Show",
  hidePassword: "Hide",
  choose: "Choose…",
  chosen: (count: number) => `${String(count)} chosen`,
  selectAll: "All",
  selectNone: "None",
  pleaseWait: "Please wait...",
  opensNewTab: "opens in a new tab",
});
