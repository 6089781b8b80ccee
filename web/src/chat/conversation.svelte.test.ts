// @vitest-environment jsdom
import { flushSync } from "svelte";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { FakeClient } from "../testkit";
import type { PageClient } from "../page/client";
import { follow } from "../page/follow";
import type { ChatbotCard } from "../page/cards.gen";
import type { Json, JsonObject } from "../page/state";
import { Conversation } from "./conversation.svelte";

type Said = readonly [content: string, fromUser: boolean];
const rows = (...said: Said[]): JsonObject => ({ "~b": "list", f: ["content", "from_user"], r: said.map((cells, id): Json => [id, cells]) });

let client: FakeClient;
let chat: Conversation;
let end: () => void;

/** A conversation with this card on the page, and no component that draws it. */
function begin(card: JsonObject = {}): void {
  client.page.load({ cards: [["chat", { view: "chatbot", box: "", name: "cb", data: rows(), ...card }]] });
  end = $effect.root(() => {
    const cards = follow(client.page, ({ cards }) => cards, (page, changed) => page.subscribeCard("chat", changed));
    const now = $derived(cards().get("chat") as unknown as ChatbotCard);
    chat = new Conversation(client as unknown as PageClient, {
      key: "chat",
      get card() {
        return now;
      },
    });
  });
  flushSync();
}
const set = (prop: string, value: Json): void => {
  client.ops(["s", ["chat", prop], value]);
};
const add = (at: number, ...said: Said): void => {
  client.ops(["i", ["chat", "data"], at, [[at, said]]]);
};
function write(text: string): void {
  chat.draft = text;
  flushSync();
}
function send(text: string): void {
  write(text);
  chat.send(chat.draft);
  flushSync();
}
const events = (): readonly unknown[] => client.sent.map(({ event }) => event?.[1]);

beforeEach(() => {
  vi.useFakeTimers();
  sessionStorage.clear();
  client = new FakeClient();
});
afterEach(() => {
  end();
  vi.useRealTimers();
});

describe("a prompt", () => {
  test("goes from idle over sending and awaiting to answering, and back", async () => {
    begin();
    expect([chat.phase, chat.empty]).toEqual(["idle", true]);

    send("Hi");
    expect([chat.phase, client.sent]).toEqual(["sending", [{ name: "cb", args: { cb: "Hi" } }]]);

    await client.ack();
    expect(chat.phase).toBe("awaiting");

    add(0, "Hi", true);
    expect([chat.phase, chat.waiting, chat.streaming]).toEqual(["answering", true, false]);

    add(1, "Hel", false);
    expect([chat.waiting, chat.streaming]).toEqual([false, true]);

    client.end();
    expect([chat.phase, chat.streaming, chat.last?.content]).toEqual(["idle", false, "Hel"]);
  });

  test("stands in the box until it is shown, and in the list until the rows have it", async () => {
    begin();
    send("Hi");
    expect([chat.draft, chat.echoes.length]).toEqual(["Hi", 0]);

    vi.advanceTimersByTime(40);
    flushSync();
    expect([chat.draft, chat.echoes.map(({ text }) => text)]).toEqual(["", ["Hi"]]);

    await client.ack();
    add(0, "Hi", true);
    expect([chat.draft, chat.echoes.length, chat.rows.length]).toEqual(["", 0, 1]);
  });

  test("that is not delivered can be sent again, or taken back into the box", async () => {
    begin();
    send("Hi");
    await client.ack("failed");
    expect([chat.phase, chat.echoes[0]?.state]).toEqual(["idle", "failed"]);

    const [unsent] = chat.echoes;
    if (unsent) chat.send(unsent.text, unsent.more, unsent);
    await client.ack("failed");
    expect(client.sent).toHaveLength(2);

    write("there");
    const [again] = chat.echoes;
    if (again) chat.takeBack(again);
    expect([chat.draft, chat.echoes.length]).toEqual(["Hi\nthere", 0]);
  });

  test("makes room before something else is typed", () => {
    begin();
    send("Hi");
    chat.makeRoom();
    expect(chat.draft).toBe("");
  });
});

describe("a draft", () => {
  test("belongs to its conversation", () => {
    begin({ thread: "a" });
    write("for a");
    set("thread", "b");
    expect(chat.draft).toBe("");
    write("for b");
    set("thread", "a");
    expect(chat.draft).toBe("for a");
  });

  test("of a new conversation goes along when its first prompt makes it one", () => {
    begin({ thread: "" });
    send("Hi");
    chat.makeRoom();
    write("next");
    set("thread", "a");
    expect([chat.draft, chat.phase]).toEqual(["next", "sending"]);
  });

  test("is what the app assigns, also when it assigns the same again", () => {
    begin({ value: "Dear" });
    expect(chat.draft).toBe("Dear");
    write("other");
    set("value", "Dear");
    expect(chat.draft).toBe("Dear");
  });
});

describe("an answer", () => {
  test("is being written when the app says so, and can be stopped when it listens", async () => {
    begin({ data: rows(["Hi", true], ["Hel", false]), generating: true });
    expect([chat.phase, chat.streaming, chat.commands.available("stop")]).toEqual(["answering", true, false]);

    set("events", ["stop"]);
    expect(chat.commands.run("stop")).toBe(true);
    set("generating", false);
    expect([events(), chat.phase, chat.stopped]).toEqual([["stop"], "idle", true]);
    await client.ack();
  });

  test("is rated once, and not when the app was not told", async () => {
    begin({ data: rows(["Hello", false]), events: ["feedback"] });
    const [answer] = chat.rows;
    if (!answer) throw new Error("no row");
    chat.rating?.rate(answer, "Hello", true);
    chat.rating?.rate(answer, "Hello", true);
    expect([events(), chat.rating?.of(answer)]).toEqual([["feedback"], true]);
    await client.ack("failed");
    expect(chat.rating?.of(answer)).toBeUndefined();
  });

  test("offers what to ask next when it is complete", () => {
    begin({ data: rows(["Hi", true], ["Hello", false]), generating: true, follow_ups: ["More"] });
    expect(chat.offering).toBe(false);
    set("generating", false);
    expect(chat.offering).toBe(true);
  });
});

describe("older messages", () => {
  const card = { data: rows(["Hi", true]), events: ["scroll_up", "scroll_down", "latest"] };

  test("are asked for once, until they come", async () => {
    begin(card);
    chat.askOlder();
    chat.askOlder();
    expect([events(), chat.loadingOlder]).toEqual([["scroll_up"], true]);
    await client.ack();
    set("history", [{ content: "Before", from_user: false }]);
    expect([chat.loadingOlder, chat.all.length]).toEqual([false, 2]);
  });

  test("are asked for again when the action has ended without them", async () => {
    begin(card);
    chat.askOlder();
    await client.ack();
    expect(chat.loadingOlder).toBe(true);
    client.end();
    expect(chat.loadingOlder).toBe(false);
  });

  test("newer ones are asked for at the foot, and the latest by their button", () => {
    begin({ ...card, newer: true });
    chat.askNewer();
    chat.askNewer();
    chat.toLatest();
    expect(events()).toEqual(["scroll_down", "latest"]);
  });
});
