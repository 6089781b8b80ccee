/** Colours code: the core of highlight.js, and each language when it is first needed. */
import type { HLJSApi, LanguageFn } from "highlight.js";
import core from "highlight.js/lib/core";
import { languages } from "./languages";

/** The kinds of words that have a colour; the rest is text. */
const KINDS: Readonly<Record<string, string>> = {
  keyword: "k", literal: "k", "selector-tag": "k", operator: "k", doctag: "k", tag: "k", name: "k", section: "k",
  string: "s", regexp: "s", char: "s", quote: "s", addition: "s", link: "s",
  number: "n", symbol: "n", bullet: "n", code: "n",
  comment: "c", meta: "c", deletion: "d",
  title: "f", "selector-id": "f", "selector-class": "f",
  type: "t", built_in: "t", class: "t",
  attr: "v", attribute: "v", variable: "v", property: "v", params: "", "template-variable": "v", subst: "",
};

const MAX_DEPTH = 40;

/** Builds nodes in place of markup; highlight.js calls it. */
class NodeEmitter {
  root = document.createDocumentFragment();
  #open: { node: Node; kind: string }[] = [];
  #depth = 0;

  get #top(): Node {
    return this.#open.at(-1)?.node ?? this.root;
  }

  addText(text: string): void {
    if (text === "") return;
    const last = this.#top.lastChild;
    if (last instanceof Text) last.appendData(text);
    else this.#top.appendChild(document.createTextNode(text));
  }

  startScope(scope: string): void {
    this.#depth++;
    const kind = own(KINDS, scope.split(".")[0] ?? "");
    const node = kind && this.#depth < MAX_DEPTH ? document.createElement("span") : this.#top;
    if (node instanceof HTMLElement && node !== this.#top) {
      node.className = `tok-${kind ?? ""}`;
      this.#top.appendChild(node);
    }
    this.#open.push({ node, kind: scope });
  }

  endScope(): void {
    this.#depth--;
    this.#open.pop();
  }

  openNode(scope: string): void {
    this.startScope(scope);
  }

  closeNode(): void {
    this.endScope();
  }

  __addSublanguage(emitter: NodeEmitter): void {
    this.#top.appendChild(emitter.root);
  }

  finalize(): void {
    this.#open = [];
  }

  closeAllNodes(): void {
    this.#open = [];
  }

  toHTML(): string {
    return "";
  }
}

function own(table: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

const hljs: HLJSApi = core.newInstance();
hljs.configure({ __emitter: NodeEmitter });

const asked = new Map<string, Promise<boolean>>();

/** Make a language known; false if it could not be loaded. */
export function loadLanguage(name: string): Promise<boolean> {
  const load = languages.get(name);
  if (load === undefined) return Promise.resolve(false);
  let known = asked.get(name);
  if (known === undefined) {
    known = load().then(
      (module: { readonly default: LanguageFn }) => {
        hljs.registerLanguage(name, module.default);
        return true;
      },
      () => {
        asked.delete(name);
        return false;
      },
    );
    asked.set(name, known);
  }
  return known;
}

/** The code in coloured pieces, with exactly its characters; null if that went wrong. */
export function colour(code: string, language: string): DocumentFragment | null {
  try {
    const result = hljs.highlight(code, { language, ignoreIllegals: true });
    const { root } = result._emitter as unknown as NodeEmitter;
    return root.textContent === code ? root : null;
  } catch {
    return null;
  }
}
