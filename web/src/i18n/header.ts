import { area } from "./area";

/** Words of the header card. */
export const text = area("header", {
  menu: "Menu",
  navigation: "Navigation",
  close: "Close",
});
