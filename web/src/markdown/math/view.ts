/** Formulas as MathML. What draws them is loaded with the first one; until then, and if it fails, the source is shown. */
import type { MathToken } from "./syntax";
import type { ExtensionBlock } from "../types";

type Draw = (source: string, display: boolean) => Element | null;

let draw: Draw | undefined;
let loading: Promise<void> | undefined;

/** Load what draws formulas. */
export function loadMath(): Promise<void> {
  loading ??= import("./formula").then(
    (module) => {
      draw = module.draw;
    },
    () => {
      loading = undefined;
    },
  );
  return loading;
}

function show(node: HTMLElement, token: MathToken): void {
  node.dataset["math"] = token.text;
  node.classList.toggle("pending", !token.closed);
  const drawn = token.closed ? draw?.(token.text, token.display) : null;
  node.classList.toggle("tagged", !!drawn?.querySelector(".tml-tag"));
  if (drawn) {
    node.replaceChildren(drawn);
    return;
  }
  if (node.firstChild instanceof HTMLElement && node.firstChild.tagName === "CODE") node.firstChild.textContent = token.text;
  else {
    const code = document.createElement("code");
    code.textContent = token.text;
    node.replaceChildren(code);
  }
  if (draw || !token.closed) return;
  void loadMath().then(() => {
    // It may have changed since.
    if (draw && node.dataset["math"] === token.text) show(node, token);
  });
}

export function mathNode(token: MathToken): HTMLElement {
  const node = document.createElement("span");
  node.className = token.display ? "math display" : "math";
  node.setAttribute("translate", "no");
  show(node, token);
  if (!token.after) return node;
  const run = document.createElement("span");
  run.className = "math-run";
  run.append(node, token.after);
  return run;
}

export function mathBlock(): ExtensionBlock {
  const node = document.createElement("div");
  node.className = "math display";
  node.setAttribute("translate", "no");
  // A wide formula scrolls, which has to work without a mouse.
  node.tabIndex = 0;
  return {
    node,
    update(token) {
      show(node, token as MathToken);
    },
  };
}
