import { setText } from "./inline";
import { extensions, wantExtensions } from "./extensions";
import type { CodeBlock } from "./types";

/** @param language As written after the fence; empty for none. */
export function codeBlock(language: string): CodeBlock {
  const node = document.createElement("div");
  node.className = "code";
  // Code reads from left to right in any language.
  node.dir = "ltr";
  // Nor is it translated.
  node.setAttribute("translate", "no");
  const label = document.createElement("span");
  label.className = "lang";
  const head = document.createElement("div");
  head.className = "code-head";
  head.append(label);

  const text = document.createTextNode("");
  const inner = document.createElement("code");
  inner.append(text);
  const pre = document.createElement("pre");
  // Long lines scroll, which has to work without a mouse.
  pre.tabIndex = 0;
  pre.append(inner);
  node.append(head, pre);

  const block = { node, head, pre, inner, text, language: "", coloured: false };
  setLanguage(block, language);
  const part = extensions();
  if (part) part.code(block);
  else wantExtensions(() => extensions()?.code(block));
  return block;
}

export function setLanguage(block: CodeBlock, name: string): void {
  block.language = name;
  const label = block.head.firstElementChild;
  if (label) label.textContent = name;
  if (name === "") block.inner.removeAttribute("class");
  else block.inner.className = `language-${name}`;
}

/** Change the code, by appending where that is enough. */
export function setCode(block: CodeBlock, code: string): void {
  if (block.coloured && block.text.data !== code) {
    block.coloured = false;
    block.inner.replaceChildren(block.text);
  }
  setText(block.text, code);
}
