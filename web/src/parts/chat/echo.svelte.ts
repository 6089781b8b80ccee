/**
 * What the person just sent, shown at once and until the server's rows have it.
 *
 * An echo is dropped when the rows hold the same words once more than when it was sent, or when rows came and the
 * action is done without them: an app may rewrite or withhold a prompt. When nothing at all changes it stays.
 */
import { countSaid, type Source } from "./rows";
import type { Submission } from "./submission";

export interface Echo {
  readonly id: number;
  readonly text: string;
  /** What was sent along. */
  readonly more: Submission | undefined;
  readonly state: "pending" | "sent" | "failed";
  /** How often the rows had these words when they were sent. */
  readonly said: number;
  /** The rows at that time. */
  readonly rows: ReadonlySet<Source>;
}

export class Echoes {
  list = $state.raw<readonly Echo[]>([]);
  #count = 0;

  /** Show `text` as being sent; `retried` is the failed echo it takes the place of. */
  async send(
    text: string,
    rows: readonly Source[],
    submit: () => Promise<"ok" | "failed">,
    more?: Submission,
    retried?: Echo,
  ): Promise<"ok" | "failed"> {
    const id = ++this.#count;
    // eslint-disable-next-line svelte/prefer-svelte-reactivity -- a picture of the moment
    const echo: Echo = { id, text, more, state: "pending", said: countSaid(rows, text), rows: new Set(rows) };
    this.list = [...this.list.filter((other) => other.id !== retried?.id), echo];
    const result = await submit().catch(() => "failed" as const);
    this.#change(id, result === "ok" ? "sent" : "failed");
    return result;
  }

  drop(echo: Echo): void {
    this.list = this.list.filter((other) => other.id !== echo.id);
  }

  /**
   * Drop what the rows made superfluous.
   *
   * @param rows The messages as they are now.
   * @param busy An action has not ended yet.
   */
  settle(rows: readonly Source[], busy: boolean): void {
    if (this.list.length === 0) return;
    const kept = this.list.filter((echo) => {
      if (countSaid(rows, echo.text) > echo.said) return false;
      const came = rows.some((row) => !echo.rows.has(row));
      return !(echo.state === "sent" && came && !busy);
    });
    if (kept.length !== this.list.length) this.list = kept;
  }

  #change(id: number, state: Echo["state"]): void {
    this.list = this.list.map((echo) => (echo.id === id ? { ...echo, state } : echo));
  }
}
