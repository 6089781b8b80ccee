/** What was attached and not sent, kept in the tab as the draft is. */
import { read, storageKey, write } from "../../../page/storage";
import type { FileRef } from "../../../page/submission";

/** The files by their addresses; one without an address was still being uploaded. */
export function readFiles(place: string): readonly FileRef[] {
  try {
    // Written below.
    return JSON.parse(read(storageKey("files", place)) || "[]") as readonly FileRef[];
  } catch {
    return [];
  }
}

export function keepFiles(place: string, files: readonly FileRef[]): void {
  write(storageKey("files", place), files.length === 0 ? "" : JSON.stringify(files));
}
