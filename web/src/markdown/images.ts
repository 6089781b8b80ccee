import { text as words } from "words:page";
import type { Context } from "./types";

/** An image, a button that loads it, or only its description, as the policy says. */
export function image(src: string | null, alt: string, title: string, context: Context, inLink: boolean): Node {
  const allowed = src === null ? null : context.policy.image(src);
  if (src === null || allowed === null) return document.createTextNode(alt);
  if (allowed === "show" || context.loaded.has(src)) return picture(src, alt, title);
  // A button within a link is none that a keyboard can tell apart.
  if (inLink) return document.createTextNode(alt);
  const holder = document.createElement("span");
  holder.className = "image";
  const button = document.createElement("button");
  button.type = "button";
  button.className = "image-load";
  const { host } = new URL(src, document.baseURI);
  button.textContent = alt === "" ? words.loadImage({ host }) : words.loadImageOf({ description: alt, host });
  button.addEventListener("click", () => {
    context.loaded.add(src);
    holder.replaceChildren(picture(src, alt, title));
  });
  holder.append(button);
  return holder;
}

function picture(src: string, alt: string, title: string): HTMLImageElement {
  const node = document.createElement("img");
  node.alt = alt;
  if (title !== "") node.title = title;
  node.loading = "lazy";
  node.decoding = "async";
  node.referrerPolicy = "no-referrer";
  node.src = src;
  return node;
}
