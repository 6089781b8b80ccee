/** The shortcuts of a conversation. A key is taken only when nothing else has a use for it. */

/** What shortcuts can do. Those that are missing have no key. */
export interface Deeds {
  search(): void;
  help(): void;
  compose(): void;
  step(by: -1 | 1): void;
  actions(): boolean;
  copyAnswer(): void;
  copyCode(): void;
  stop: (() => void) | undefined;
  sidebar: (() => void) | undefined;
}

export const isMac = /Mac|iP(?:hone|ad|od)/.test(navigator.platform);

const TEXT_FIELDS = "textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=button], [type=submit])";

/**
 * Do what a key stands for.
 *
 * @param within The key was pressed in this conversation, and not only somewhere on a page that has it.
 * @param singleKeys Letters alone are shortcuts.
 * @returns Whether it stood for something.
 */
export function handleKey(event: KeyboardEvent, deeds: Deeds, within: boolean, singleKeys: boolean): boolean {
  if (event.defaultPrevented || event.isComposing || event.keyCode === 229) return false;
  const target = event.target instanceof Element ? event.target : document.body;
  const typing = target.closest(TEXT_FIELDS) !== null;
  const command = isMac ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey;
  if (command && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") return done(deeds.search());
  if (event.ctrlKey || event.metaKey) return false;
  if (event.key === "Escape" && !event.altKey && !event.shiftKey) {
    if (deeds.stop) return done(deeds.stop());
    return within && !typing && done(deeds.compose());
  }
  if (typing) return false;
  if (event.altKey) {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") return done(deeds.step(event.key === "ArrowDown" ? 1 : -1));
    return false;
  }
  if (event.key === "Enter" && target.matches("article")) return deeds.actions();
  if (!singleKeys) return false;
  switch (event.key) {
    case "?":
      return done(deeds.help());
    case "/":
      return done(deeds.compose());
    case "j":
      return done(deeds.step(1));
    case "k":
      return done(deeds.step(-1));
    case "c":
      return done(deeds.copyAnswer());
    case "C":
      return done(deeds.copyCode());
    case "s":
      return deeds.sidebar !== undefined && done(deeds.sidebar());
    default:
      return false;
  }
}

function done(_deed: void): true {
  return true;
}
