/** What a prompt carries besides its text, and what the prompt box needs of the part that is loaded for it. */
import { list, yes, type Props } from "../../read";
import type { Json } from "../../state/json";

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

/** What `composer/Extras.svelte` tells the prompt box. Its members are reactive. */
export interface Extras {
  /** Something besides text would be sent. */
  readonly any: boolean;
  /** Why Send has to wait. */
  readonly blocked: string | undefined;
  /** Say so, to somebody who tried. */
  explain(): void;
  /** What goes along with this text; the box is empty afterwards. */
  take(text: string): Submission;
  /** Put back what was not sent, into the box or only into its memory. */
  restore(from: Submission, show: boolean): void;
}

/** Attachments are on, also with all their limits as by default. */
export const isSet = (value: unknown): boolean => typeof value === "object" && value !== null;

/** A prompt of this card can carry more than text, so the app is told by the event `submit`. */
export const tellsSubmit = (card: Props): boolean =>
  Number(isSet(card["attachments"])) + list(card["slash_commands"]).length + list(card["mentions"]).length > 0;

/** The card offers more than a box for text. */
export const wantsExtras = (card: Props): boolean =>
  tellsSubmit(card) || (yes(card["speech"]) && ("SpeechRecognition" in window || "webkitSpeechRecognition" in window));

/** Data of the event `submit`. The server knows files by their ids, and adds the text: it travels once, in the args. */
export const submitted = (more: Submission | undefined): Json => ({
  files: more?.files.map((file) => idOf(file.url)) ?? [],
  command: more?.command ?? null,
  mentions: more?.mentions ?? [],
});

const idOf = (url: string): string => url.split("/").at(-2) ?? "";
