/** What code can do: it is copied, its lines wrap, it gets colours once it is complete, and some of it is a diagram. */
import { text as markdown } from "words:markdown";
import { text as words } from "words:page";
import { COPIED_MS, copyText } from "../../ui/copy";
import { whenSeen } from "../../ui/seen";
import { languageNamed } from "./languages";
import type { CodeBlock } from "../types";

/** Longest code that gets colours, in UTF-16 code units; more would block the page noticeably. */
export const MAX_COLOURED = 100_000;

/** Code up to this length gets its colours as soon as it is complete; the rest when the browser has nothing else to do. */
const AT_ONCE = 4_000;

/** Longest wait for that, in milliseconds. */
const IDLE_MS = 1_000;

export function addButtons(block: CodeBlock): void {
  if (block.head.childElementCount > 1) return;
  const wrap = button("wrap", markdown.wrapLines);
  wrap.setAttribute("aria-pressed", "false");
  wrap.addEventListener("click", () => {
    const on = block.node.classList.toggle("wrapped");
    wrap.setAttribute("aria-pressed", String(on));
  });
  const copy = button("copy", words.copy);
  const name = block.language === "" ? words.copy : `${words.copy}: ${block.language}`;
  copy.setAttribute("aria-label", name);
  copy.addEventListener("click", () => {
    void copyText(block.text.data, block.pre).then((done) => {
      if (done) confirm(copy, name);
    });
  });
  block.head.append(wrap, copy);
}

function button(name: string, label: string): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.className = name;
  made.textContent = label;
  return made;
}

function confirm(copy: HTMLButtonElement, name: string): void {
  // The name of the focused button changes, which not all screen readers say; a status they do.
  copy.textContent = words.copied;
  copy.setAttribute("aria-label", words.copied);
  const status = document.createElement("span");
  status.className = "said";
  status.setAttribute("role", "status");
  copy.after(status);
  status.textContent = words.copied;
  setTimeout(() => {
    copy.textContent = words.copy;
    copy.setAttribute("aria-label", name);
    status.remove();
  }, COPIED_MS);
}

/** The code is complete: colour it, or draw it. */
export function completeCode(block: CodeBlock): void {
  const code = block.text.data;
  if (block.language.toLowerCase() === "mermaid") {
    void import("../diagram/diagram").then(({ showDiagram }) => {
      showDiagram(block);
    }, ignore);
    return;
  }
  const language = languageNamed(block.language);
  if (language === null || block.coloured || code === "" || code.length > MAX_COLOURED) return;
  whenSeen(block.node, () => {
    void paint(block, code, language);
  });
}

async function paint(block: CodeBlock, code: string, language: string): Promise<void> {
  const found = await import("./highlight").catch(() => null); // without a connection it stays plain
  if (found === null) return;
  const { colour, loadLanguage } = found;
  if (!(await loadLanguage(language))) return;
  if (code.length > AT_ONCE) await idle();
  // It may have changed, be coloured already, or be selected: then it stays as it is.
  if (block.coloured || block.text.data !== code || !block.inner.contains(block.text)) return;
  if (isSelected(block.inner)) {
    document.addEventListener("selectionchange", () => void paint(block, code, language), { once: true });
    return;
  }
  const coloured = colour(code, language);
  if (coloured === null) return;
  block.coloured = true;
  block.inner.replaceChildren(coloured);
}

function isSelected(node: Node): boolean {
  const selection = getSelection();
  return selection !== null && !selection.isCollapsed && selection.containsNode(node, true);
}

function idle(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof requestIdleCallback === "function") requestIdleCallback(() => resolve(), { timeout: IDLE_MS });
    else setTimeout(resolve, 50);
  });
}

const ignore = (): void => undefined;
