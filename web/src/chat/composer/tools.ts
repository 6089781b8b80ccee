/** What the prompt box needs to know of the tools that are loaded for some cards. */
import type { Submission } from "../../page/submission";
import type { ChatbotCard } from "../../page/cards.gen";

/** What `Tools.svelte` tells the prompt box. Its members are reactive. */
export interface ComposerTools {
  /** Something besides text would be sent. */
  readonly any: boolean;
  /** Why Send has to wait. */
  readonly blocked: string | undefined;
  /** Show that reason, after Send was pressed. */
  explain(): void;
  /** What goes along with this text; the box is empty afterwards. */
  take(text: string): Submission;
  /** Put back what was not sent, into the box or only into its draft. */
  restore(from: Submission, show: boolean): void;
}

/** Attachments are on, also with all their limits as by default. */
export const isSet = (value: unknown): boolean => typeof value === "object" && value !== null;

/** A prompt of this card can carry more than text, so the app receives the event `submit`. */
export const emitsSubmit = (card: ChatbotCard): boolean =>
  Number(isSet(card.attachments)) + (card.slash_commands ?? []).length + (card.mentions ?? []).length > 0;

/** The card offers more than a box for text. */
export const wantsTools = (card: ChatbotCard): boolean =>
  emitsSubmit(card) || (card.speech === true && ("SpeechRecognition" in window || "webkitSpeechRecognition" in window));
