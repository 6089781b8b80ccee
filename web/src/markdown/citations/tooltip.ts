/**
 * A few words beside a link, while it is hovered or has the focus. All links share one box: it stands above the elements
 * that would clip it, is hidden from screen readers (the link says it already), and Escape hides it.
 */
const GAP = 8;

let box: HTMLElement | undefined;
let owner: HTMLElement | undefined;

/** Show these words with the link. */
export function tipOf(link: HTMLElement, title: string, detail: string): void {
  const show = (): void => {
    if (link.matches(":hover, :focus-visible")) showTip(link, title, detail);
  };
  link.addEventListener("pointerenter", show);
  link.addEventListener("focus", show);
  link.addEventListener("pointerleave", hideTip);
  link.addEventListener("blur", hideTip);
}

function showTip(link: HTMLElement, title: string, detail: string): void {
  if (!box) {
    box = document.createElement("div");
    box.className = "tip on-card";
    box.setAttribute("aria-hidden", "true");
    addEventListener("keydown", ({ key }) => {
      if (key === "Escape") hideTip();
    });
    addEventListener("scroll", hideTip, { capture: true, passive: true });
  }
  owner = link;
  const name = document.createElement("strong");
  name.textContent = title;
  name.dir = "auto";
  box.replaceChildren(name, detail);
  document.body.append(box);
  const place = link.getBoundingClientRect();
  const { width, height } = box.getBoundingClientRect();
  const left = Math.min(place.left + place.width / 2 - width / 2, document.documentElement.clientWidth - width - GAP);
  const above = place.top - height - GAP;
  box.style.left = `${String(Math.max(GAP, left))}px`;
  box.style.top = `${String(above < GAP ? place.bottom + GAP : above)}px`;
}

/** Hide the tooltip. */
export function hideTip(event?: Event): void {
  if (event?.currentTarget instanceof HTMLElement && event.currentTarget !== owner) return;
  owner = undefined;
  box?.remove();
}
