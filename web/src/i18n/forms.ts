import { area } from "./area";

/** Words of forms. */
export const text = area("forms", {
  required: "required",
  showPassword: "Show",
  hidePassword: "Hide",
  choose: "Choose…",
  chosen: (count: number) => `${String(count)} chosen`,
  selectAll: "All",
  selectNone: "None",
  opensNewTab: "opens in a new tab",
});
