/**
 * Draws diagrams in the language of Mermaid.
 *
 * Mermaid is large and draws untrusted text. So it runs in a frame without an origin, which can reach neither this page nor
 * the network, and its drawing is shown as an image, which runs no script and fetches nothing.
 */
import { text as words } from "words:diagram";
import { luminance, mix, parseHex } from "../../ui/color";
import { whenSeen } from "../../ui/seen";
import type { CodeBlock } from "../types";

/** Longest text of a diagram, in UTF-16 code units, and most lines: what is larger would keep the page busy for long. */
const MAX_SOURCE = 20_000;
const MAX_LINES = 500;

/** How long a diagram may take, the frame's first loading included, in milliseconds. */
const MAX_MS = 20_000;

/** Largest image, in UTF-16 code units. */
const MAX_IMAGE = 4_000_000;

export interface Drawing {
  readonly svg: string;
  readonly width: number;
  readonly height: number;
}

/** Why there is no picture, below the head of the code. */
const NOTE = ":scope > .diagram-note";

interface Job {
  readonly source: string;
  readonly colours: Readonly<Record<string, string>>;
  readonly done: (drawing: Drawing | null) => void;
}

interface Entry {
  readonly block: CodeBlock;
  readonly box: HTMLElement;
  /** The source and the colours that were last drawn, or are being drawn. */
  source: string;
  look: string;
}

const drawn = new WeakMap<Element, Entry>();
const jobs: Job[] = [];
let frame: HTMLIFrameElement | undefined;
let ready: Promise<boolean> | undefined;
let running = false;
let watching = false;

/** Show the diagram in place of its source, which a button brings back; again when the source has grown since. */
export function showDiagram(block: CodeBlock): void {
  const source = block.text.data;
  const known = drawn.get(block.node);
  if (known?.source === source) return;
  if (source.length > MAX_SOURCE || source.split("\n").length > MAX_LINES) {
    showNote(block, words.diagramTooLarge);
    return;
  }
  const entry = known ?? { block, box: document.createElement("div"), source, look: "" };
  entry.box.className = "diagram";
  entry.source = source;
  drawn.set(block.node, entry);
  whenSeen(block.node, () => {
    draw(entry);
  });
  watchLook();
}

function draw(entry: Entry): void {
  const { block, box, source } = entry;
  const colours = coloursAt(block.node);
  entry.look = JSON.stringify(colours);
  jobs.push({
    source,
    colours,
    done(drawing) {
      if (block.text.data !== source) return;
      if (drawing === null) showNote(block, words.diagramFailed);
      else put(block, box, drawing);
    },
  });
  void work();
}

function put(block: CodeBlock, box: HTMLElement, drawing: Drawing): void {
  const image = document.createElement("img");
  image.alt = words.diagram({ kind: block.text.data.trim().split(/[\s;]/, 1)[0] ?? "" });
  image.width = Math.ceil(drawing.width);
  image.height = Math.ceil(drawing.height);
  const address = URL.createObjectURL(new Blob([drawing.svg], { type: "image/svg+xml" }));
  const release = () => {
    URL.revokeObjectURL(address);
  };
  image.addEventListener("load", release);
  image.addEventListener("error", () => {
    release();
    showNote(block, words.diagramFailed);
  });
  image.src = address;
  box.replaceChildren(image);
  const note = block.node.querySelector(NOTE);
  note?.remove();
  if (note || !box.isConnected) block.node.classList.add("drawn");
  if (box.isConnected) return;
  block.pre.before(box);
  const toggle = document.createElement("button");
  toggle.type = "button";
  toggle.className = "flip";
  toggle.textContent = words.diagramSource;
  toggle.setAttribute("aria-pressed", "false");
  toggle.addEventListener("click", () => {
    const shown = block.node.classList.toggle("drawn");
    toggle.setAttribute("aria-pressed", String(!shown));
  });
  block.head.firstElementChild?.after(toggle);
}

function showNote(block: CodeBlock, message: string): void {
  block.node.classList.remove("drawn");
  block.node.querySelector(NOTE)?.remove();
  const note = document.createElement("p");
  note.className = "diagram-note";
  note.textContent = message;
  block.head.after(note);
}

/** The colours of the theme where the diagram stands. */
function coloursAt(node: Element): Record<string, string> {
  const style = getComputedStyle(node);
  const read = (name: string, fallback: string): string => {
    const value = style.getPropertyValue(`--${name}`).trim();
    return parseHex(value) === null ? fallback : value;
  };
  const text = read("text", "#323130");
  const ground = read(node.closest(".on-card") ? "card" : "page", "#ffffff");
  return {
    text,
    ground,
    line: read("text-2", "#676666"),
    fill: mix(ground, text, 0.08),
    soft: mix(ground, text, 0.04),
    border: read("control", "#8e8d8d"),
    dark: luminance(ground) < 0.25 ? "yes" : "",
  };
}

async function work(): Promise<void> {
  if (running) return;
  running = true;
  for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
    ready ??= openFrame();
    const drawing = (await ready) ? await ask(job) : null;
    if (drawing === undefined) closeFrame();
    job.done(drawing ?? null);
  }
  running = false;
}

/** @returns Whether it has come up. */
function openFrame(): Promise<boolean> {
  const made = document.createElement("iframe");
  made.className = "diagram-frame";
  made.setAttribute("sandbox", "allow-scripts");
  made.setAttribute("aria-hidden", "true");
  made.tabIndex = -1;
  made.src = new URL(/* @vite-ignore */ "../diagram", import.meta.url).href;
  frame = made;
  document.body.append(made);
  return answer(made, MAX_MS).then((message) => {
    if (message !== undefined) return true;
    closeFrame();
    return false;
  });
}

function closeFrame(): void {
  frame?.remove();
  frame = ready = undefined;
}

/** @returns Null if it cannot be drawn, undefined if there was no answer at all. */
async function ask(job: Job): Promise<Drawing | null | undefined> {
  if (!frame) return undefined;
  const waiting = answer(frame, MAX_MS);
  frame.contentWindow?.postMessage({ source: job.source, colours: job.colours }, "*");
  const message = await waiting;
  if (message === undefined) return undefined;
  const { svg, width, height } = message;
  const sound = typeof svg === "string" && svg.length <= MAX_IMAGE && isLength(width) && isLength(height);
  return sound ? { svg, width, height } : null;
}

const isLength = (value: unknown): value is number => typeof value === "number" && value > 0 && value < 20_000;

/** The next message of the frame. */
function answer(from: HTMLIFrameElement, limit: number): Promise<Readonly<Record<string, unknown>> | undefined> {
  return new Promise((resolve) => {
    const end = (message: Readonly<Record<string, unknown>> | undefined) => {
      clearTimeout(timer);
      removeEventListener("message", take);
      resolve(message);
    };
    const take = (event: MessageEvent<unknown>) => {
      if (event.source !== from.contentWindow || event.origin !== "null") return;
      end(typeof event.data === "object" && event.data !== null ? { ...event.data } : {});
    };
    const timer = setTimeout(() => {
      end(undefined);
    }, limit);
    addEventListener("message", take);
  });
}

/** Draw again what is shown when the theme has changed. */
function watchLook(): void {
  if (watching) return;
  watching = true;
  let timer: ReturnType<typeof setTimeout> | undefined;
  new MutationObserver(() => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      // eslint-disable-next-line no-restricted-syntax -- the code of all texts; the map forgets removed ones
      for (const node of document.querySelectorAll(".code")) {
        const entry = drawn.get(node);
        if (entry && entry.look !== "" && entry.look !== JSON.stringify(coloursAt(node))) draw(entry);
      }
    }, 200);
  }).observe(document.documentElement, { attributes: true, attributeFilter: ["style"] });
}
