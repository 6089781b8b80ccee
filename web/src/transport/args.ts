import type { Json } from "./json";
import type { ActBody } from "./messages";
import type { Outcome } from "./outbox";

/** What the arguments need of the rest. */
export interface ArgsPort {
  act(body: ActBody): Promise<Outcome>;
  /** The part of the address after the `#`, without it. */
  hash(): string;
  setHash(hash: string): void;
}

/**
 * The arguments of the next submission. Controls write theirs when they appear and when they change; a submission
 * takes a copy and empties them. So the first one carries the value of every control, later ones only what changed.
 */
export class Args {
  readonly #pending = new Map<string, Json>();
  readonly #port: ArgsPort;
  readonly #watchers = new Set<(name: string | null) => void>();
  #last: string | null = null;

  constructor(port: ArgsPort) {
    this.#port = port;
  }

  /** A control has this value: its default when it appears, or what the user entered. */
  set(name: string, value: Json): void {
    this.#pending.set(name, value);
    this.#last = name;
  }

  /**
   * Send what is pending.
   *
   * @param name The control that caused it. One that starts with `#` navigates to that hash instead.
   * @param value Its value; left out, what it has written before is sent.
   * @returns `ok` once the server has it; `failed` if it never will.
   */
  submit(name?: string, value?: Json): Promise<Outcome> {
    if (name?.startsWith("#") === true) {
      this.#port.setHash(name);
      return Promise.resolve("ok");
    }
    if (name !== undefined && value !== undefined) this.set(name, value);
    return this.#send(name ?? this.#last);
  }

  /**
   * Send an event; what is pending travels along.
   *
   * @param source The control or card that it comes from.
   */
  emit(source: string, event: string, data: Json): Promise<Outcome> {
    return this.#send(source, [source, event, data]);
  }

  /** The hash changed, or the server does not know of it yet: submit it. */
  submitHash(): Promise<Outcome> {
    return this.#send("#");
  }

  /** Call `fn` with the control that causes a submission or event, before it is sent; returns a function that stops that. */
  watch(heard: (name: string | null) => void): () => void {
    this.#watchers.add(heard);
    return () => {
      this.#watchers.delete(heard);
    };
  }

  /** Discard the pending values: another user submitted on a shared page. */
  clear(): void {
    this.#pending.clear();
    this.#last = null;
  }

  #send(name: string | null, event?: readonly [string, string, Json]): Promise<Outcome> {
    for (const heard of this.#watchers) heard(name);
    const hash = this.#port.hash();
    if (hash !== "") this.#pending.set("#", hash);
    // fromEntries makes own keys of any name, also of those that an assignment would treat specially.
    const args = Object.fromEntries(this.#pending);
    this.clear();
    return this.#port.act(event === undefined ? { args, name } : { args, name, event });
  }
}
