/**
 * Files of a prompt that is being written: checked, uploaded a few at a time, kept by their addresses over a reload.
 *
 * The server checks again when the prompt is sent; the checks here give an early and readable message.
 */
import { text as words } from "words:composer";
import { size } from "../../../i18n/format";
import { list, num, record, str, strings } from "../../../page/read";
import { forget, stillThere, upload, type Upload } from "../../../transport/upload";
import type { FileRef } from "../../../page/submission";
import { keepFiles, readFiles } from "./storage";

/** Uploads under way at once. */
const AT_ONCE = 3;
/** Pauses before a broken upload is sent again, in milliseconds. */
const PAUSES_MS = [1000, 3000, 9000];
const MB = 1e6;

export interface Limits {
  readonly accept: readonly string[];
  readonly maxFiles: number;
  /** Bytes of one file. */
  readonly maxBytes: number;
}

export function limitsOf(attachments: unknown): Limits {
  const from = record(attachments);
  return {
    accept: strings(from["accept"]).map((kind) => kind.trim().toLowerCase()),
    maxFiles: num(from["max_files"]) ?? 10,
    maxBytes: (num(from["max_file_mb"]) ?? 20) * MB,
  };
}

/** Media types that browsers do not know everywhere, or take from other programs of the machine. */
const TYPES: Readonly<Record<string, string>> = {
  csv: "text/csv",
  heic: "image/heic",
  heif: "image/heif",
  json: "application/json",
  md: "text/markdown",
  txt: "text/plain",
  yaml: "application/yaml",
  yml: "application/yaml",
};

export function accepts(accept: readonly string[], name: string, type: string): boolean {
  const lower = name.toLowerCase();
  const types = [type.split(";")[0]?.toLowerCase() ?? "", own(TYPES, lower.slice(lower.lastIndexOf(".") + 1))];
  const fits = (kind: string): boolean =>
    kind.startsWith(".")
      ? lower.endsWith(kind)
      : types.some((one) => one !== "" && (kind.endsWith("*") ? one.startsWith(kind.slice(0, -1)) : one === kind));
  return accept.length === 0 || accept.some(fits);
}

const own = (from: Readonly<Record<string, string>>, key: string): string => (Object.hasOwn(from, key) ? (from[key] ?? "") : "");

/** What can be attached, in words: `.pdf, images`. */
export function inWords(accept: readonly string[]): string {
  const named: Readonly<Record<string, string>> = {
    "image/*": words.images,
    "audio/*": words.sounds,
    "video/*": words.videos,
    "text/*": words.texts,
    "text/plain": words.texts,
  };
  const all = accept.map((kind) => own(named, kind) || kind);
  return all.filter((kind, at) => all.indexOf(kind) === at).join(", ");
}

export type State = "waiting" | "uploading" | "done" | "failed" | "gone";

let count = 0;

export class Attachment {
  readonly id = ++count;
  readonly name: string;
  readonly size: number;
  readonly type: string;
  /** Address of a picture of it. */
  readonly preview: string | undefined;
  /** The words of a long paste. */
  readonly text: string | undefined;
  state = $state<State>("waiting");
  /** Share that has left, 0 to 1. */
  progress = $state(0);
  /** What is wrong, in a few words. */
  problem = $state("");
  url = "";
  file: File | undefined;
  running: Upload | undefined;
  timer: ReturnType<typeof setTimeout> | undefined;
  tries = 0;

  constructor(name: string, size: number, type: string, file?: File, text?: string, preview?: string) {
    this.name = name;
    this.size = size;
    this.type = type;
    this.file = file;
    this.text = text;
    this.preview = preview;
  }

  get ref(): FileRef {
    return { url: this.url, name: this.name, size: this.size, type: this.type };
  }
}

const PICTURE = /^image\/(?:png|jpeg|gif|webp|avif|bmp)$/;

export class Attachments {
  list = $state.raw<readonly Attachment[]>([]);
  /** What could not be attached and why. */
  problem = $state("");
  #place: string;
  readonly #limits: () => Limits;
  readonly #client: () => string | null;
  #pasted = 0;

  /**
   * @param place The name that the list is kept under, see `draft.ts`.
   * @param client Id of this tab's client.
   */
  constructor(place: string, limits: () => Limits, client: () => string | null) {
    this.#place = place;
    this.#limits = limits;
    this.#client = client;
    this.restore(readFiles(place));
  }

  readonly blocked = $derived.by(() => {
    if (this.list.some(({ state }) => state === "waiting" || state === "uploading")) return words.waitForUploads;
    return this.list.some(({ state }) => state === "failed" || state === "gone") ? words.removeFailed : undefined;
  });

  /** Attach what is within the limits, and say what is not. */
  add(files: readonly File[]): void {
    const { accept, maxFiles, maxBytes } = this.#limits();
    const problems: string[] = [];
    const taken: Attachment[] = [];
    let left = 0;
    for (const file of files) {
      if (!accepts(accept, file.name, file.type)) problems.push(words.fileWrongType({ name: file.name, accept: inWords(accept) }));
      else if (file.size > maxBytes) problems.push(words.fileTooLarge({ name: file.name, size: size(file.size), most: size(maxBytes) }));
      else if (this.list.length + taken.length >= maxFiles) left++;
      else {
        const preview = PICTURE.test(file.type) ? URL.createObjectURL(file) : undefined;
        taken.push(new Attachment(file.name, file.size, file.type, file, undefined, preview));
      }
    }
    if (left > 0) problems.push(words.tooManyFiles({ most: maxFiles, left }));
    this.problem = problems.slice(0, 3).join("\n");
    this.#set([...this.list, ...taken]);
    this.#next();
  }

  /** Whether a long text can be attached instead of being put into the box. */
  takesText(): boolean {
    const { accept, maxFiles } = this.#limits();
    return accepts(accept, "x.txt", "text/plain") && this.list.length < maxFiles;
  }

  addText(text: string): void {
    const name = words.pastedName({ count: ++this.#pasted });
    const file = new File([text], name, { type: "text/plain" });
    if (file.size > this.#limits().maxBytes) {
      this.problem = words.fileTooLarge({ name, size: size(file.size), most: size(this.#limits().maxBytes) });
      return;
    }
    this.problem = "";
    this.#set([...this.list, new Attachment(name, file.size, "text/plain", file, text)]);
    this.#next();
  }

  remove(one: Attachment): void {
    clearTimeout(one.timer);
    one.running?.abort();
    if (one.preview?.startsWith("blob:") === true) URL.revokeObjectURL(one.preview);
    if (one.state === "done") forget(one.url);
    this.problem = "";
    this.#set(this.list.filter((other) => other !== one));
    this.#next();
  }

  retry(one: Attachment): void {
    one.tries = 0;
    one.state = "waiting";
    one.problem = "";
    this.#next();
  }

  /** The files, which are the prompt's from now on. */
  take(): readonly FileRef[] {
    const refs = this.list.map((one) => one.ref);
    for (const { preview } of this.list) if (preview?.startsWith("blob:") === true) URL.revokeObjectURL(preview);
    this.problem = "";
    this.#set([]);
    return refs;
  }

  /** Show files that were attached before; an address that is empty is of an upload that did not end. */
  restore(files: readonly FileRef[]): void {
    const back = files.map((file) => {
      const one = new Attachment(file.name, file.size, file.type, undefined, undefined, PICTURE.test(file.type) ? file.url || undefined : undefined);
      one.url = file.url;
      one.state = file.url === "" ? "gone" : "done";
      one.problem = file.url === "" ? words.fileUnfinished : "";
      if (file.url !== "") void this.#look(one);
      return one;
    });
    this.#set([...this.list, ...back]);
  }

  /** Belong to a conversation that was a new one until now. */
  move(place: string): void {
    keepFiles(this.#place, []);
    this.#place = place;
    this.#keep();
  }

  /** Leave everything to a reload or another card: break off what runs, free what is held. */
  leave(): void {
    for (const one of this.list) {
      clearTimeout(one.timer);
      one.running?.abort();
      if (one.preview?.startsWith("blob:") === true) URL.revokeObjectURL(one.preview);
    }
  }

  async #look(one: Attachment): Promise<void> {
    if ((await stillThere(one.url)) !== false) return;
    one.state = "gone";
    one.problem = words.fileGone;
  }

  #set(to: readonly Attachment[]): void {
    this.list = to;
    this.#keep();
  }

  #keep(): void {
    keepFiles(
      this.#place,
      this.list.map((one) => one.ref),
    );
  }

  #next(): void {
    let running = this.list.filter(({ state }) => state === "uploading").length;
    for (const one of this.list) {
      if (running >= AT_ONCE) return;
      if (one.state !== "waiting") continue;
      running++;
      one.state = "uploading";
      void this.#send(one);
    }
  }

  async #send(one: Attachment): Promise<void> {
    one.progress = 0;
    const client = this.#client();
    const { file } = one;
    if (file === undefined) return;
    if (client !== null) {
      one.running = upload(document.body.dataset["prefix"] ?? "", client, file, (share) => (one.progress = share));
    }
    const result = await (one.running?.result ?? ({ kind: "again" } as const));
    one.running = undefined;
    if (!this.list.includes(one) && result.kind === "done") forget(result.url);
    if (!this.list.includes(one)) return;
    const pause = PAUSES_MS[one.tries];
    if (result.kind === "done") {
      one.url = result.url;
      one.state = "done";
      one.problem = "";
      this.#keep();
    } else if (result.kind === "again" && pause !== undefined) {
      one.tries++;
      one.problem = words.uploadAgain;
      one.timer = setTimeout(() => void this.#send(one), pause);
      return;
    } else {
      one.state = "failed";
      one.problem = words.uploadFailed;
      if (result.kind === "limit") {
        this.problem = result.maxBytes === undefined ? words.noRoom : words.fileTooLarge({ name: one.name, size: size(one.size), most: size(result.maxBytes) });
      }
    }
    this.#next();
  }
}

/** Files of a paste or a drop, and the names of folders among them. */
export function filesOf(from: DataTransfer): { readonly files: readonly File[]; readonly folders: readonly string[] } {
  const folders = [...from.items].flatMap((item) => {
    const entry = item.kind === "file" ? item.webkitGetAsEntry?.() : null;
    return entry?.isDirectory === true ? [entry.name] : [];
  });
  return { files: [...from.files].filter((file) => !folders.includes(file.name)), folders };
}

/** Whether a drag brings files. */
export const bringsFiles = (from: DataTransfer | null): boolean => list(from === null ? [] : [...from.types]).some((type) => str(type) === "Files");
