/** Says what happens in a conversation to those who listen: sentences, not tokens, and nothing of what was there before. */
import { text } from "words:reading";
import { str } from "../../page/read";
import type { Announced } from "./preferences.svelte";
import { partsOf, saidOf, statusOf, type Words } from "../messages/rows";
import { SentenceReader } from "./sentences";

export class Announcer {
  readonly #out: (words: string) => void;
  readonly #reader = new SentenceReader();
  #reading: string | undefined;
  #wrote: boolean | undefined;
  #failed = "";
  #tools: ReadonlyMap<string, string> = new Map();

  /** @param out Takes what is to be said. */
  constructor(out: (words: string) => void) {
    this.#out = out;
  }

  /**
   * Something has changed.
   *
   * @param words The last message.
   * @param key Its key.
   * @param active It is an answer that is being written.
   */
  follow(words: Words | null, key: string | undefined, active: boolean, say: Announced): void {
    const said = saidOf(words);
    const [tools, failure] = [toolsOf(words), failureOf(words)];
    if (this.#wrote === undefined) {
      [this.#wrote, this.#reading, this.#failed, this.#tools] = [active, key, failure, tools];
      this.#reader.reset(said);
      return;
    }
    if (active && !this.#wrote) this.#say(text.answerStarted, say !== "nothing");
    if (words && !words.fromUser) {
      if (key !== this.#reading) {
        this.#reader.reset();
        [this.#tools, this.#failed] = [new Map(), ""];
      }
      this.#reading = key;
      for (const [id, news] of tools) if (this.#tools.get(id) !== news) this.#say(news, say === "all");
      this.#tools = tools;
      this.#say(active ? this.#reader.next(said) : this.#reader.rest(said), say === "all");
      if (failure !== "" && failure !== this.#failed) this.#say(failure, say !== "nothing");
      this.#failed = failure;
    }
    if (!active && this.#wrote && failure === "") this.#say(text.answerEnded, say !== "nothing");
    this.#wrote = active;
  }

  #say(words: string, wanted: boolean): void {
    if (words !== "" && wanted) this.#out(words);
  }
}

function failureOf(words: Words | null): string {
  const status = statusOf(words);
  return status === "failed" || status === "interrupted" ? `${text.answerFailed} ${str(words?.more?.["error"]) ?? ""}`.trim() : "";
}

/** What is to be said of each call of a tool; one that is done needs no word. */
function toolsOf(words: Words | null): ReadonlyMap<string, string> {
  const calls = partsOf(words).filter((part) => part["type"] === "tool_call");
  return new Map(
    calls.flatMap((call, index) => {
      const [name, state] = [str(call["name"]) ?? "", str(call["state"])];
      const news =
        state === "running" ? text.toolRuns({ name }) : state === "waiting" ? text.toolWaits({ name }) : state === "failed" ? text.toolFailed({ name }) : "";
      return news === "" ? [] : [[str(call["id"]) ?? String(index), news] as const];
    }),
  );
}
