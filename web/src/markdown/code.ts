import { text as words } from "../i18n/en";
import { setText } from "./inline";

/** How long the button says that it has copied, in milliseconds. */
const COPIED_MS = 2_000;

/** A block of code with its head: the language and a button that copies. */
export interface CodeBlock {
  readonly node: HTMLElement;
  /** What is shown and copied. */
  readonly text: Text;
  setLanguage(language: string): void;
}

/** @param language As written after the fence; empty for none. */
export function codeBlock(code: string, language: string): CodeBlock {
  const node = document.createElement("div");
  node.className = "code";
  // Code reads from left to right in any language.
  node.dir = "ltr";
  const label = document.createElement("span");
  label.className = "lang";
  const copy = document.createElement("button");
  copy.type = "button";
  copy.className = "copy";
  copy.textContent = words.copy;
  const head = document.createElement("div");
  head.className = "code-head";
  head.append(label, copy);

  const text = document.createTextNode(code);
  const inner = document.createElement("code");
  inner.append(text);
  const pre = document.createElement("pre");
  // Long lines scroll, which has to work without a mouse.
  pre.tabIndex = 0;
  pre.append(inner);
  node.append(head, pre);

  copy.addEventListener("click", () => {
    void copyText(text.data, pre).then((done) => {
      if (done) confirm(copy);
    });
  });

  const setLanguage = (name: string) => {
    label.textContent = name;
    if (name === "") inner.removeAttribute("class");
    else inner.className = `language-${name}`;
    copy.setAttribute("aria-label", name === "" ? words.copy : `${words.copy}: ${name}`);
  };
  setLanguage(language);
  return { node, text, setLanguage };
}

/** Change the code, by appending where that is enough. */
export function setCode(block: CodeBlock, code: string): void {
  setText(block.text, code);
}

function confirm(button: HTMLButtonElement): void {
  const name = button.getAttribute("aria-label");
  button.textContent = words.copied;
  // The name of the focused button changes, which is what a screen reader says.
  button.setAttribute("aria-label", words.copied);
  setTimeout(() => {
    button.textContent = words.copy;
    if (name !== null && name !== words.copied) button.setAttribute("aria-label", name);
  }, COPIED_MS);
}

/** @returns Whether it is in the clipboard. */
async function copyText(text: string, shown: Element): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Without https there is no clipboard: leave the text selected, so that one key copies it.
    getSelection()?.selectAllChildren(shown);
    return false;
  }
}
