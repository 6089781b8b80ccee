/**
 * What the user has just sent, shown until the server's rows have it.
 *
 * An echo is dropped when the rows hold the same words once more than when it was sent, or when rows came and the
 * action is done without them: an app may rewrite or withhold a prompt. When nothing at all changes it stays.
 */
import { countSaid, type Source } from "./rows";
import type { Submission } from "../../page/submission";

/**
 * A server that is near has the rows there sooner, in milliseconds: two frames. Until this one is drawn browsers keep
 * back what the server says.
 */
const SHOWN_MS = 32;
/** The rows are mostly close behind an ack, and show as much: it is drawn when they are not, in milliseconds. */
const SENT_MS = 100;

export interface Echo {
  readonly id: number;
  readonly text: string;
  /** What was sent along. */
  readonly more: Submission | undefined;
  readonly state: "pending" | "sent" | "failed";
  /** It is time to draw it. */
  readonly shown: boolean;
  /** How often the rows had these words when they were sent. */
  readonly said: number;
  /** The rows at that time. */
  readonly rows: ReadonlySet<Source>;
}

export class Echoes {
  list = $state.raw<readonly Echo[]>([]);
  #count = 0;

  /** Show `text` as being sent, unless the rows have it at once; `retried` is the failed echo it takes the place of. */
  async send(
    text: string,
    rows: readonly Source[],
    submit: () => Promise<"ok" | "failed">,
    more?: Submission,
    retried?: Echo,
  ): Promise<"ok" | "failed"> {
    const id = ++this.#count;
    // eslint-disable-next-line svelte/prefer-svelte-reactivity -- a picture of the moment
    const echo: Echo = { id, text, more, state: "pending", shown: !!retried, said: countSaid(rows, text), rows: new Set(rows) };
    this.list = [...this.list.filter((other) => other.id !== retried?.id), echo];
    setTimeout(() => {
      this.#change(id, { shown: true });
    }, SHOWN_MS);
    const result = await submit().catch(() => "failed" as const);
    if (result === "failed") this.#change(id, { state: "failed", shown: true });
    else {
      setTimeout(() => {
        this.#change(id, { state: "sent" });
      }, SENT_MS);
    }
    return result;
  }

  drop(echo: Echo): void {
    this.list = this.list.filter((other) => other.id !== echo.id);
  }

  /**
   * What the rows have not made superfluous; the list itself when that is all of it. Reactive.
   *
   * @param rows The messages as they are now.
   * @param busy An action has not ended yet.
   */
  left(rows: readonly Source[], busy: boolean): readonly Echo[] {
    const left = this.list.filter((echo) => {
      if (countSaid(rows, echo.text) > echo.said) return false;
      const came = rows.some((row) => !echo.rows.has(row));
      return !(echo.state === "sent" && came && !busy);
    });
    return left.length === this.list.length ? this.list : left;
  }

  #change(id: number, to: Partial<Echo>): void {
    if (this.list.some((echo) => echo.id === id)) this.list = this.list.map((echo) => (echo.id === id ? { ...echo, ...to } : echo));
  }
}
