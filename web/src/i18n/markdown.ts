import { area } from "./area";

/** Words of tables and alerts in a text. */
export const text = area("markdown", {
  note: "Note",
  tip: "Tip",
  important: "Important",
  warning: "Warning",
  caution: "Caution",
  copied: "Copied",
  copyTable: "Copy table",
  copyMarkdown: "Copy as Markdown",
  csv: "CSV",
  saveCsv: "Download as CSV",
  moreRows: (count: string, left: string) => `Show ${count} more rows of ${left}`,
  moreColumns: (count: string, left: string) => `Show ${count} more columns of ${left}`,
});
