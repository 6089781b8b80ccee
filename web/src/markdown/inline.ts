import type { MarkedToken, Token, Tokens } from "marked";
import { text as words } from "words:page";
import { decodeEntities } from "./entities";
import { image } from "./images";
import { normalizeAddress } from "./policy";
import { extensions } from "./extensions";
import type { Context, InlineEntry } from "./types";

/**
 * Make the children of `parent` show these tokens; nodes whose source is the same stay, and text that grows grows.
 *
 * A browser's translator replaces our nodes by others; then all of them are created again.
 */
export function syncInline(
  parent: Element,
  entries: InlineEntry[],
  tokens: readonly Token[],
  context: Context,
  inLink = false,
): void {
  if (entries.some(({ node }) => node.parentNode !== parent)) {
    parent.replaceChildren();
    entries.length = 0;
  }
  for (const [index, token] of tokens.entries()) {
    const old = entries[index];
    if (old?.type === token.type && (old.raw === token.raw || grow(old, token, context, inLink))) continue;
    const inline: InlineEntry[] = [];
    const entry = { type: token.type, raw: token.raw, node: render(token, inline, context, inLink), inline };
    if (old === undefined) parent.appendChild(entry.node);
    else parent.replaceChild(entry.node, old.node);
    entries[index] = entry;
  }
  for (const gone of entries.splice(tokens.length)) parent.removeChild(gone.node);
}

/** Keeping the node of a growing text keeps a selection in it. */
function grow(old: InlineEntry, token: Token, context: Context, inLink: boolean): boolean {
  const known = token as MarkedToken;
  switch (known.type) {
    case "text":
      if (!(old.node instanceof Text)) return false;
      setText(old.node, textOf(known));
      break;
    case "strong":
    case "em":
    case "del":
      if (!(old.node instanceof Element)) return false;
      syncInline(old.node, old.inline, known.tokens, context, inLink);
      break;
    case "codespan":
      if (!(old.node.firstChild instanceof Text)) return false;
      setText(old.node.firstChild, known.text);
      break;
    default:
      return false;
  }
  old.raw = token.raw;
  return true;
}

/** Change a text node by its end only, as far as the beginning is the same: a selection in there stays. */
export function setText(node: Text, text: string): void {
  const old = node.data;
  let same = text.startsWith(old) ? old.length : 0;
  if (same < old.length) while (same < text.length && text.charCodeAt(same) === old.charCodeAt(same)) same++;
  if (same < old.length || same < text.length) node.replaceData(same, old.length - same, text.slice(same));
}

function textOf(token: Tokens.Text): string {
  return decodeEntities(token.text);
}

function render(token: Token, inline: InlineEntry[], context: Context, inLink: boolean): Node {
  const known = token as MarkedToken;
  switch (known.type) {
    case "strong":
    case "em":
    case "del": {
      const node = document.createElement(known.type);
      syncInline(node, inline, known.tokens, context, inLink);
      return node;
    }
    case "codespan":
      return codespan(known.text);
    case "br":
      return document.createElement("br");
    case "link":
      return link(known, inline, context, inLink);
    case "image":
      return image(
        normalizeAddress(decodeEntities(known.href)),
        decodeEntities(plainText(known.tokens)),
        decodeEntities(known.title ?? ""),
        context,
        inLink,
      );
    case "checkbox":
      return checkbox(known.checked);
    case "escape":
      return document.createTextNode(known.text);
    case "text":
      return document.createTextNode(textOf(known));
    default:
      // Whatever else there may be is shown as it was written.
      return extensions()?.inline(token, context, inLink) ?? document.createTextNode(token.raw);
  }
}

function codespan(text: string): Node {
  const code = document.createElement("code");
  code.textContent = text;
  code.setAttribute("translate", "no");
  return code;
}

/** The box of a task; only the author of the list can change it. */
export function checkbox(checked: boolean): HTMLElement {
  const box = document.createElement("input");
  box.type = "checkbox";
  box.disabled = true;
  box.checked = checked;
  box.defaultChecked = checked;
  box.setAttribute("aria-label", checked ? words.taskDone : words.taskOpen);
  return box;
}

function link(token: Tokens.Link, inline: InlineEntry[], context: Context, inLink: boolean): Node {
  const written = token.autolink === true ? token.href : decodeEntities(token.href);
  const href = normalizeAddress(written);
  const { commands } = context;
  const command = commands !== undefined && written.startsWith("?");
  if (command && commands !== "all" && !inLink) return button(token, written.slice(1), commands, context);
  const target = inLink || href === null ? null : command ? { href, external: false } : context.policy.link(href);
  // Without a link the text is still text. A span, since an entry is one node.
  const anchor = document.createElement(target === null ? "span" : "a");
  if (anchor instanceof HTMLAnchorElement && target !== null) {
    anchor.href = target.href;
    anchor.rel = "noopener noreferrer nofollow";
    if (target.external) anchor.target = "_blank";
    if (command) anchor.dataset["command"] = written.slice(1);
    if (token.title) anchor.title = decodeEntities(token.title);
  }
  if (token.autolink === true) anchor.textContent = token.text;
  else syncInline(anchor, inline, token.tokens, context, true);
  return anchor;
}

/** A command in a text that a model may have written: it does not pass for a link, nor do anything the app did not allow. */
function button(token: Tokens.Link, name: string, allowed: readonly string[], context: Context): Node {
  const shown = document.createElement(allowed.includes(name) ? "button" : "span");
  if (shown instanceof HTMLButtonElement) {
    shown.type = "button";
    shown.className = "btn small";
    shown.dataset["command"] = name;
  }
  syncInline(shown, [], token.tokens, context, true);
  return shown;
}

/** The words of a description, without their markup. */
export function plainText(tokens: readonly Token[]): string {
  return tokens
    .map((token) => {
      if (token.type === "br") return "\n";
      if ("tokens" in token && token.tokens !== undefined) return plainText(token.tokens);
      return "text" in token ? String(token.text) : token.raw;
    })
    .join("");
}
