/**
 * A conversation: its messages on the page, what the user types and sends, and the requests for more messages.
 *
 *          send                  acknowledged                 the answer begins
 *   IDLE ───────────▶ SENDING ──────────────────▶ AWAITING ─────────────────────▶ ANSWERING
 *    ▲                   │                           │                               │
 *    │    not delivered: │            its action has │               `generating` is │
 *    │   the prompt gets │                 ended, or │            off and the action │
 *    │    Retry and Edit │      another conversation │                     has ended │
 *    └───────────────────┴───────────────────────────┴───────────────────────────────┘
 *
 * - An app that sets `generating` is awaited, or answers, without a prompt of this box.
 * - A prompt leaves the box in the same rendering that shows it in the list: a separate frame would delay the answer.
 * - A draft belongs to its conversation. One that was new until this box sent its first prompt is the same as before.
 * - Older messages are asked for once, until they come or the action has ended; so are newer ones and the latest.
 */
import { tick, untrack } from "svelte";
import type { PageClient } from "../page/client";
import { keepDraft, placeOf, readDraft } from "../page/drafts";
import { follow, touched } from "../page/follow";
import { isBuffer, type Json } from "../page/state";
import { submitted, type Submission } from "../page/submission";
import { busySigns } from "../ui/busy.svelte";
import { Commands, pageCommands } from "../ui/commands.svelte";
import { emitsSubmit } from "./composer/tools";
import type { Surroundings } from "./context";
import { Echoes, type Echo } from "./messages/echoes.svelte";
import type { ListHandle } from "./messages/list";
import { Ratings } from "./messages/ratings.svelte";
import { fromBuffer, fromHistory, isBlank, nameOf, saidOf, statusOf, type Source } from "./messages/rows";
import { sendsByCtrl } from "./reading/preferences.svelte";
import { Scroll } from "./scroll/scroll.svelte";
import type { ChatbotCard } from "../page/cards.gen";

export type Phase = "idle" | "sending" | "awaiting" | "answering";

/** The card of a conversation as it is now. Reactive. */
export interface ChatCard {
  readonly key: string;
  readonly card: ChatbotCard;
}

/** The prompt box. */
export interface ComposerHandle {
  focus(): void;
  /** Put back what came with a prompt that was not sent, into the box or only into its memory. */
  restore(from: Submission, show?: boolean): void;
}

/** All of it is reactive. Make one while a component is being set up. */
export class Conversation implements Surroundings {
  readonly scroll = new Scroll();
  /** What can be done with the conversation, by its shortcuts, its buttons and the page. */
  readonly commands = new Commands(pageCommands);
  /** The parts that draw it, when they are there. */
  messages = $state.raw<ListHandle>();
  composer = $state.raw<ComposerHandle>();

  readonly #chat: ChatCard;
  readonly #client: PageClient;
  readonly #net: () => { readonly busy: boolean; readonly online: boolean };
  readonly #echoes = new Echoes();
  readonly #ratings = new Ratings((data) => this.#emit("feedback", data));

  /** The prompt of this box whose action has not ended. */
  #awaited = $state.raw<{ readonly after: string | undefined; readonly acked: boolean }>();
  /** What is in the box, and what of it was sent. */
  #text = $state("");
  #leaving = $state<string>();
  #typedIn: string;
  #home = { thread: "", place: "" };
  /** When the app last assigned the text of the box. */
  #assigned: { readonly value: string | undefined; readonly assigned: number; readonly put: number };
  /** The end of the conversation, as it was last drawn. */
  #known: { readonly key: string | undefined; readonly length: number; readonly newer: boolean; readonly put: number } | undefined;
  /** Key of the answer that the user stopped. */
  #stoppedAt = $state<string>();
  /** The message whose editor was asked for. */
  #toEdit = $state.raw<Source>();
  /** Older messages were asked for. */
  #older = $state.raw<{ readonly history: readonly Source[]; readonly acked: boolean }>();
  /** What was asked for and has not come: more at the foot, or the latest. */
  #newer = $state<"scroll_down" | "latest">();
  /** A suggestion is on its way to the app. */
  picking = $state(false);

  constructor(client: PageClient, chat: ChatCard) {
    this.#client = client;
    this.#chat = chat;
    this.#net = follow(client, ({ busy, status }) => ({ busy, online: status === "online" || status === "draining" }));
    this.#typedIn = untrack(() => this.place);
    this.#assigned = untrack(() => this.#assignment);
    this.#text = untrack(() => readDraft(this.place) || (this.#assigned.value ?? ""));
    this.commands.offer({
      stop: { run: () => this.stop(), available: () => this.generating && this.listens("stop") },
      editLast: { run: () => this.editLast(), available: () => this.listens("edit") },
      compose: { run: () => this.composer?.focus(), available: () => this.composer !== undefined },
    });
    $effect.pre(() => {
      this.#adopt();
    });
    $effect(() => {
      this.#settle();
    });
    $effect(() => {
      this.#notifyScroll();
    });
    $effect(() => (this.waiting || this.streaming ? untrack(() => busySigns.add()) : undefined));
  }

  // The card -----------------------------------------------------------------------------------------------------

  get card(): ChatbotCard {
    return this.#chat.card;
  }
  /** Its name in arguments and events. */
  get name(): string {
    return this.card.name ?? this.#chat.key;
  }
  /** It takes prompts. */
  get writable(): boolean {
    return this.card.read_only !== true;
  }
  get disabled(): boolean {
    return this.card.disabled === true;
  }
  /** The app says that it is writing an answer. */
  get generating(): boolean {
    return this.card.generating === true;
  }
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- made anew, never changed
  readonly #events = $derived.by(() => new Set<string>(this.card.events));

  listens(event: string): boolean {
    return this.#events.has(event);
  }
  byCtrl(): boolean {
    return sendsByCtrl(this.card);
  }

  // Messages -----------------------------------------------------------------------------------------------------

  readonly #buffer = $derived.by(() => (isBuffer(this.card.data) ? this.card.data : undefined));
  readonly #readRows = $derived.by(() => follow(this.#buffer, fromBuffer));
  readonly rows = $derived.by(() => this.#readRows());
  // In two steps: another property of the card is no reason to look at thousands of messages again.
  readonly #earlier = $derived.by(() => this.card["history"]);
  readonly history = $derived.by(() => fromHistory(this.#earlier));
  /** The last message, and what it says. */
  readonly lastSource = $derived.by<Source | undefined>(() => this.rows.at(-1) ?? this.history.at(-1));
  readonly #readLast = $derived.by(() => follow(this.lastSource, (source) => source?.read() ?? null));
  readonly last = $derived.by(() => this.#readLast());
  /** All that are loaded, oldest first. */
  get all(): readonly Source[] {
    return [...this.history, ...this.rows];
  }

  // Left out with the rows that take their place, in one drawing; then they are forgotten.
  readonly #left = $derived.by(() => this.#echoes.left(this.rows, this.#net().busy));
  /** What was sent and is not among the messages yet. */
  readonly echoes = $derived.by(() => this.#left.filter(({ shown }) => shown));
  readonly empty = $derived.by(() => this.rows.length === 0 && this.history.length === 0 && this.echoes.length === 0 && !this.generating);

  // The answer ---------------------------------------------------------------------------------------------------

  readonly #begun = $derived.by(() => this.#awaited !== undefined && this.#awaited.after !== this.lastSource?.key);
  readonly phase = $derived.by<Phase>(() => {
    if (this.generating || this.#begun) return "answering";
    return this.#awaited === undefined ? "idle" : this.#awaited.acked ? "awaiting" : "sending";
  });
  /** The last message is the answer that is being written. */
  readonly streaming = $derived.by(
    () => this.phase === "answering" && this.last !== null && !this.last.fromUser && !isBlank(this.last) && this.#left.length === 0,
  );
  /** An answer is expected and has no text yet. */
  readonly waiting = $derived.by(() => {
    const { last } = this;
    if (!this.#net().online || this.streaming || this.echoes.length < this.#left.length) return false;
    if (!this.generating && this.#awaited === undefined) return false;
    return this.echoes.length > 0 || last === null || last.fromUser || (isBlank(last) && statusOf(last) === undefined);
  });
  /** The user stopped the last answer. */
  get stopped(): boolean {
    return this.#stoppedAt !== undefined && !this.generating && this.#stoppedAt === this.lastSource?.key && statusOf(this.last) === undefined;
  }

  stop(): void {
    if (!this.last?.fromUser) this.#stoppedAt = this.lastSource?.key;
    void this.#emit("stop", true);
  }

  // The prompt box -----------------------------------------------------------------------------------------------

  readonly #seat = $derived.by(() => {
    const thread = this.card.thread ?? "";
    const [from, place] = [this.#home, placeOf(this.#chat.key, thread)];
    this.#home = { thread, place };
    return { place, was: from.thread === "" && thread !== "" && untrack(() => this.#awaited) !== undefined ? from.place : undefined };
  });
  /** The name that the draft is kept under. */
  get place(): string {
    return this.#seat.place;
  }
  /** The name that it had before, when it still is the same conversation. */
  get was(): string | undefined {
    return this.#seat.was;
  }

  /** What was sent is shown, or superfluous. */
  readonly #gone = $derived.by(() => this.#leaving !== undefined && (this.#left.length === 0 || this.echoes.length > 0));
  /** What is in the box. */
  get draft(): string {
    return this.#gone && this.#text === this.#leaving ? "" : this.#text;
  }
  set draft(text: string) {
    this.#leaving = undefined;
    this.#text = text;
    keepDraft(this.place, text);
  }
  /** What was sent leaves the box now, such as before something is typed. */
  makeRoom(): void {
    if (this.#text === this.#leaving) this.#text = "";
    this.#leaving = undefined;
  }

  /** Send a prompt; `retried` is the one that could not be sent before. */
  send(prompt: string, more?: Submission, retried?: Echo): void {
    const { place } = this;
    if (this.#gone) this.makeRoom();
    if (!retried) {
      this.#leaving = this.#text;
      keepDraft(place, "");
    }
    this.#stoppedAt = undefined;
    this.scroll.sent();
    this.#awaited = { after: this.lastSource?.key, acked: false };
    void this.#echoes
      .send(prompt, this.rows, () => this.#submit(prompt, more), more, retried)
      .then((result) => (result === "ok" ? this.#acknowledged() : this.#notSent(prompt, more, place)));
  }
  /** Send a prompt and leave what is in the box. */
  say(words: string): void {
    this.scroll.sent();
    void this.#submit(words, undefined);
  }

  #submit(prompt: string, more: Submission | undefined): Promise<"ok" | "failed"> {
    const { args } = this.#client;
    if (!this.listens("submit") && !emitsSubmit(this.card)) return args.submit(this.name, prompt);
    // The app also receives an event for each prompt, with its attachments and mentions.
    args.set(this.name, prompt);
    return this.#emit("submit", submitted(more));
  }
  #acknowledged(): void {
    if (this.#awaited) this.#awaited = { ...this.#awaited, acked: true };
  }
  async #notSent(prompt: string, more: Submission | undefined, place: string): Promise<void> {
    this.#awaited = undefined;
    this.makeRoom();
    await tick();
    // The words are in the echo; in the box's memory they also outlive a reload.
    if (this.place === place ? this.draft !== "" : readDraft(place) !== "") return;
    keepDraft(place, prompt);
    if (more && this.place === place) this.composer?.restore(more, false);
  }

  /** Put a prompt that could not be sent back into the box. */
  takeBack(echo: Echo): void {
    this.#echoes.drop(echo);
    this.draft = this.draft.trim() === "" ? echo.text : `${echo.text}\n${this.draft}`;
    if (echo.more !== undefined) this.composer?.restore(echo.more);
    this.composer?.focus();
  }
  /** Open the editor of the user's last message; false when there is none. */
  editLast(): boolean {
    const own = this.all.findLast((source) => source.read()?.fromUser === true);
    if (own === undefined || nameOf(own, own.read()) === null) return false;
    void this.messages?.reveal(own, "nearest").then(() => (this.#toEdit = own));
    return true;
  }
  edits(source: Source): boolean {
    if (this.#toEdit !== source) return false;
    this.#toEdit = undefined;
    return true;
  }
  /** Send a suggestion of the app as its event, or else put it into the box. */
  pick(suggestion: string, label: string): void {
    this.composer?.focus();
    if (!this.listens("suggestion")) {
      this.draft = label;
      return;
    }
    this.picking = true;
    this.scroll.sent();
    void this.#emit("suggestion", suggestion).finally(() => (this.picking = false));
  }
  /** What to ask next is offered, but never while an answer is being written. */
  get offering(): boolean {
    return this.writable && (this.card.follow_ups ?? []).length > 0 && this.phase !== "answering" && !this.waiting && this.last?.fromUser === false;
  }

  /** What gives the focus to the actions of a message, by its key. */
  readonly #actions = new Map<string, () => boolean>(); // eslint-disable-line svelte/prefer-svelte-reactivity -- nothing is drawn from it
  offerActions({ key }: Source, focus: () => boolean): () => void {
    this.#actions.set(key, focus);
    return () => {
      if (this.#actions.get(key) === focus) this.#actions.delete(key);
    };
  }
  /** Give the focus to the actions of a message; false when it has none. */
  focusActions({ key }: Source): boolean {
    return this.#actions.get(key)?.() ?? false;
  }

  // Events -------------------------------------------------------------------------------------------------------

  #emit(event: string, data: Json): Promise<"ok" | "failed"> {
    return this.#client.args.emit(this.name, event, data);
  }
  emit(event: string, data: Readonly<Record<string, Json>>): Promise<"ok" | "failed"> {
    if (event === "edit" || event === "regenerate") this.scroll.sent(event === "regenerate");
    return this.#emit(event, data);
  }
  answered(question: Element): void {
    this.scroll.answered(question);
  }
  /** Thumbs, when the app asks for them. */
  get rating(): Ratings | undefined {
    return this.listens("feedback") ? this.#ratings : undefined;
  }

  // Older and newer messages ---------------------------------------------------------------------------------------

  /** There may be older messages to ask for, and whether they have been asked for. */
  get hasOlder(): boolean {
    return this.listens("scroll_up") && this.card.history_end !== true && !this.empty;
  }
  get loadingOlder(): boolean {
    return this.#older !== undefined;
  }
  askOlder(): void {
    if (!this.hasOlder || this.#older !== undefined) return;
    const asked = (this.#older = { history: this.history, acked: false });
    void this.#emit("scroll_up", true).then((result) => {
      if (this.#older === asked) this.#older = result === "ok" ? { ...asked, acked: true } : undefined;
    });
  }
  /** The messages that are loaded end before the conversation does. */
  get newer(): boolean {
    return this.card.newer === true;
  }
  /** The reader is near the last of the messages that are loaded. */
  askNewer(): void {
    if (this.newer && this.#newer === undefined) this.#askFor("scroll_down");
  }
  /** The reader wants the latest message. */
  toLatest(): void {
    if (this.newer) this.#askFor("latest");
    else this.scroll.toEnd();
  }
  #askFor(event: "scroll_down" | "latest"): void {
    if (this.#newer === event || !this.listens(event)) return;
    this.#newer = event;
    void this.#emit(event, true).finally(() => {
      if (this.#newer === event) this.#newer = undefined;
    });
  }

  // What the page changed ------------------------------------------------------------------------------------------

  get #assignment(): { readonly value: string | undefined; readonly assigned: number; readonly put: number } {
    const { page } = this.#client;
    const { key, card } = this.#chat;
    return { value: card.value, assigned: touched(page, card, key, "value"), put: touched(page, card, key) };
  }

  /** Before it is drawn: another conversation, a text that the app puts into the box, an end that is not loaded. */
  #adopt(): void {
    const [{ place, was }, now, { newer }] = [this.#seat, this.#assignment, this];
    untrack(() => {
      this.scroll.newer = newer;
      this.#moveTo(place, was);
      // `value` counts when it is assigned, also when it is the same as before; without one, None empties the box.
      const before = this.#assigned;
      const replaced = now.put !== before.put;
      this.#assigned = now;
      if (now.value !== before.value ? now.value !== undefined || !replaced : now.assigned !== before.assigned && !replaced) this.draft = now.value ?? "";
    });
  }
  #moveTo(place: string, was: string | undefined): void {
    if (place === this.#typedIn) return;
    this.#typedIn = place;
    if (was !== undefined) {
      keepDraft(was, "");
      keepDraft(place, this.#text === this.#leaving ? "" : this.#text);
      return;
    }
    // A prompt that could not be delivered there is kept in the draft of that place.
    this.#echoes.list = [];
    this.#awaited = undefined;
    this.draft = readDraft(place);
  }

  /** After it is drawn: what has come or ended is no longer waited for. */
  #settle(): void {
    const [left, { busy }, { history, newer }] = [this.#left, this.#net(), this];
    this.#echoes.list = left;
    if (this.#awaited?.acked === true && !busy) this.#awaited = undefined;
    if (this.#older && (this.#older.history !== history || (this.#older.acked && !busy))) this.#older = undefined;
    if (newer || this.#newer !== "latest") return;
    this.#newer = undefined;
    this.scroll.toEnd();
  }

  /** After it is drawn: what was added at the end moves the view, or is counted. */
  #notifyScroll(): void {
    const before = this.#known;
    const { rows, lastSource, last, newer, scroll } = this;
    const now = (this.#known = { key: lastSource?.key, length: saidOf(last).length, newer, put: this.#assignment.put });
    const at = rows.findLastIndex((row) => row.key === before?.key);
    untrack(() => {
      if (before === undefined) return;
      if (before.put !== now.put && at < 0) scroll.reset(); // another conversation
      else if (before.newer || now.newer || (before.key === now.key && before.length === now.length)) return; // older ones are no news
      else scroll.added(before.key === now.key ? 0 : at < 0 ? 1 : rows.length - 1 - at);
    });
  }
}
