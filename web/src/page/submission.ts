/** What a prompt carries besides its text. */
import type { Json } from "../transport/json";

/** A file that the server has. */
export interface FileRef {
  /** Where the server gives it back, `/_f/<id>/<name>`. */
  readonly url: string;
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly type: string;
}

export interface Submission {
  readonly files: readonly FileRef[];
  readonly command: string | null;
  readonly mentions: readonly string[];
}

/** Data of the event `submit`. The server knows files by their ids, and adds the text: it travels once, in the args. */
export const submitted = (more: Submission | undefined): Json => ({
  files: more?.files.map((file) => idOf(file.url)) ?? [],
  command: more?.command ?? null,
  mentions: more?.mentions ?? [],
});

const idOf = (url: string): string => url.split("/").at(-2) ?? "";
