/**
 * The commands of a conversation: what they are called, and the keys that run them. Who can run one offers it under its
 * id; a key is taken only when its command can be run and nothing else has a use for the key.
 */
import { text as common } from "words:common";
import { text } from "words:reading";
import type { Commands } from "../ui/commands.svelte";

/**
 * Where a key counts: `anywhere`, also while something is typed; in the prompt `box`, which handles it; on a
 * `message`; or `within` the conversation. When left out, everywhere except in text boxes.
 */
type Where = "anywhere" | "box" | "message" | "within";

/** `j`, `C` for Shift and c, `Alt+ArrowUp`; `Mod` is Ctrl, on a Mac the command key. */
type Press = string;

export interface Shortcut {
  /** The command; undefined for what browsers do without help. */
  readonly id?: string;
  readonly label: string;
  /** Ways to press it. */
  readonly keys: readonly (Press | readonly [Press, Where])[];
  /** It is listed also while it cannot be run. */
  readonly always?: boolean;
}

export interface Group {
  readonly title: string;
  readonly shortcuts: readonly Shortcut[];
}

export const isMac = /Mac|iP(?:hone|ad|od)/.test(navigator.platform);

/** @param byCtrl Enter breaks the line, Ctrl+Enter sends. */
export const groups = (byCtrl: boolean): readonly Group[] => [
  {
    title: common.conversation,
    shortcuts: [
      { id: "next", label: text.next, keys: ["j", "Alt+ArrowDown"] },
      { id: "previous", label: text.previous, keys: ["k", "Alt+ArrowUp"] },
      { id: "actions", label: text.actions, keys: [["Enter", "message"]] },
      { label: text.toEnd, keys: ["End"] },
      { label: text.toStart, keys: ["Home"] },
      { id: "copyAnswer", label: text.copyAnswer, keys: ["c"] },
      { id: "copyCode", label: text.copyCode, keys: ["C"] },
      { id: "stop", label: text.stop, keys: [["Escape", "anywhere"]], always: true },
    ],
  },
  {
    title: text.writing,
    shortcuts: [
      { id: "compose", label: text.toBox, keys: ["/", ["Escape", "within"]], always: true },
      { label: common.send, keys: [[byCtrl ? "Mod+Enter" : "Enter", "box"]] },
      { label: text.breakLine, keys: [[byCtrl ? "Enter" : "Shift+Enter", "box"]] },
      { id: "editLast", label: text.editLast, keys: [["ArrowUp", "box"]] },
    ],
  },
  {
    title: text.page,
    shortcuts: [
      { id: "search", label: text.search, keys: [["Mod+k", "anywhere"]] },
      { id: "sidebar", label: text.sidebar, keys: ["s"] },
      { id: "help", label: text.help, keys: ["?"] },
    ],
  },
];

/** The groups with the shortcuts that mean something now. */
export const listed = (commands: Commands, byCtrl: boolean): readonly Group[] =>
  groups(byCtrl).map(({ title, shortcuts }) => ({
    title,
    shortcuts: shortcuts.filter(({ id, always }) => id === undefined || always === true || commands.available(id)),
  }));

const TEXT_FIELDS = "textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=button], [type=submit])";

/**
 * The command that a key stands for; undefined for none.
 *
 * @param within The key was pressed in this conversation, and not only somewhere on a page that has it.
 * @param singleKeys Letters alone are shortcuts.
 */
export function commandFor(event: KeyboardEvent, commands: Commands, within: boolean, singleKeys: boolean): string | undefined {
  if (event.defaultPrevented || event.isComposing || event.keyCode === 229) return undefined;
  const target = event.target instanceof Element ? event.target : document.body;
  const typing = target.closest(TEXT_FIELDS) !== null;
  const pressed = pressOf(event);
  const counts = (press: Press, where?: Where): boolean => {
    if (press !== pressed || where === "box") return false;
    if (where === "anywhere") return true;
    if (typing || (press.length === 1 && !singleKeys)) return false;
    return where === undefined || (where === "within" ? within : target.matches("article"));
  };
  for (const { id, keys } of groups(false).flatMap(({ shortcuts }) => shortcuts)) {
    if (id === undefined || !commands.available(id)) continue;
    if (keys.some((key) => (typeof key === "string" ? counts(key) : counts(...key)))) return id;
  }
  return undefined;
}

function pressOf(event: KeyboardEvent): Press {
  const { key, altKey, ctrlKey, metaKey, shiftKey } = event;
  if (isMac ? metaKey && !ctrlKey : ctrlKey && !metaKey) return altKey || shiftKey ? "" : `Mod+${key.toLowerCase()}`;
  if (ctrlKey || metaKey || (key === "Escape" && (altKey || shiftKey))) return "";
  return altKey ? `Alt+${key}` : key;
}

/** The keys of a way to press it, as they stand on a keyboard. */
export function keysOf(key: Press | readonly [Press, Where]): readonly string[] {
  const press = typeof key === "string" ? key : key[0];
  const named: Readonly<Record<string, string>> = {
    Mod: isMac ? "⌘" : "Ctrl",
    Alt: isMac ? "⌥" : "Alt",
    ArrowDown: "↓",
    ArrowUp: "↑",
    Escape: "Esc",
  };
  const shift = press.length === 1 && press !== press.toLowerCase();
  const keys = shift ? ["Shift", press.toLowerCase()] : press.split("+");
  return keys.map((one) => named[one] ?? (keys[0] === "Mod" && one.length === 1 ? one.toUpperCase() : one));
}
