/** Files of one upload component: chosen within its limits, then sent a few at a time. */
import { text } from "words:uploads";
import { size } from "../../i18n/format";
import type { FileUploadItem } from "../../page/cards.gen";
import { forget, upload, type Upload } from "../../transport/upload";

/** Uploads under way at once. */
const AT_ONCE = 3;
/** Bytes in the unit of the limits. */
const MIB = 1 << 20;

export class Chosen {
  readonly file: File;
  state = $state<"chosen" | "sending" | "done" | "failed">("chosen");
  /** Share that has left, 0 to 1. */
  share = $state(0);
  problem = $state("");
  url = "";
  running: Upload | undefined;

  constructor(file: File) {
    this.file = file;
  }
}

/** The endings that a component takes, each with its dot. */
export const endings = (item: FileUploadItem): readonly string[] =>
  (item.file_extensions ?? []).map((ending) => (ending.startsWith(".") ? ending : `.${ending}`));

/** What is wrong with files that were chosen; undefined if nothing is. */
function misfit(files: readonly File[], item: FileUploadItem): string | undefined {
  const accept = endings(item);
  if (item.multiple !== true && files.length > 1) return text.onlyOne;
  const odd = files.find(({ name }) => accept.length > 0 && !accept.some((ending) => name.toLowerCase().endsWith(ending.toLowerCase())));
  if (odd) return text.wrongType({ name: odd.name, accept: accept.join(", ") });
  const most = (item.max_file_size ?? Infinity) * MIB;
  const large = files.find((file) => file.size > most);
  if (large) return text.tooLarge({ name: large.name, size: size(large.size), most: size(most) });
  const mostOfAll = (item.max_size ?? Infinity) * MIB;
  const all = files.reduce((sum, file) => sum + file.size, 0);
  return all > mostOfAll ? text.tooLargeTogether({ size: size(all), most: size(mostOfAll) }) : undefined;
}

export class Uploads {
  list = $state.raw<readonly Chosen[]>([]);
  /** What is wrong with what was chosen, or where it was to go. */
  problem = $state("");
  readonly sending = $derived(this.list.some(({ state }) => state === "sending"));
  readonly #item: () => FileUploadItem;
  readonly #client: () => string | null;
  readonly #done: (urls: readonly string[]) => void;
  #wanted = false;

  /**
   * @param client Id of this tab's client.
   * @param done Called with the addresses once all files are there.
   */
  constructor(item: () => FileUploadItem, client: () => string | null, done: (urls: readonly string[]) => void) {
    this.#item = item;
    this.#client = client;
    this.#done = done;
  }

  /** Choose files; those of several choices come together, a single file takes the place of another. */
  choose(files: readonly File[]): boolean {
    if (files.length === 0 || this.sending) return false;
    const before = this.#item().multiple === true ? this.list.filter(({ state }) => state !== "done") : [];
    this.problem = misfit([...before.map(({ file }) => file), ...files], this.#item()) ?? "";
    if (this.problem !== "") return false;
    this.list = [...before, ...files.map((file) => new Chosen(file))];
    return true;
  }

  remove(one: Chosen): void {
    one.running?.abort();
    if (one.state === "done") forget(one.url);
    this.problem = "";
    this.list = this.list.filter((other) => other !== one);
    this.#next();
  }

  /** Send what was chosen, and again what failed. */
  start(): void {
    this.#wanted = true;
    for (const one of this.list) if (one.state === "failed") one.state = "chosen";
    this.#next();
  }

  /** Stop sending; the files stay chosen. */
  cancel(): void {
    this.#wanted = false;
    for (const one of this.list) {
      one.running?.abort();
      if (one.state === "done") forget(one.url);
      one.state = "chosen";
      one.share = 0;
    }
  }

  /** The component is gone. */
  leave(): void {
    for (const one of this.list) one.running?.abort();
  }

  #next(): void {
    if (!this.#wanted) return;
    let running = this.list.filter(({ state }) => state === "sending").length;
    for (const one of this.list) {
      if (running >= AT_ONCE) return;
      if (one.state !== "chosen") continue;
      running++;
      void this.#send(one);
    }
    if (running > 0 || this.list.some(({ state }) => state === "failed")) return;
    this.#wanted = false;
    if (this.list.length > 0) this.#done(this.list.map(({ url }) => url));
  }

  async #send(one: Chosen): Promise<void> {
    const { name, size: bytes } = one.file;
    one.state = "sending";
    one.share = 0;
    one.problem = "";
    const client = this.#client();
    if (client !== null) {
      one.running = upload(document.body.dataset["prefix"] ?? "", client, one.file, (share) => (one.share = share));
    }
    const mine = one.running;
    const result = await (mine?.result ?? ({ kind: "again" } as const));
    // Cancelled and perhaps begun again, or removed.
    if (one.running !== mine || one.state !== "sending" || !this.list.includes(one)) {
      if (result.kind === "done") forget(result.url);
      return;
    }
    one.running = undefined;
    if (result.kind === "done") {
      one.url = result.url;
      one.state = "done";
    } else {
      one.state = "failed";
      one.problem =
        result.kind === "limit"
          ? result.maxBytes === undefined
            ? text.noRoom
            : text.tooLarge({ name, size: size(bytes), most: size(result.maxBytes) })
          : result.kind === "refused"
            ? text.refused({ name })
            : text.failed({ name });
    }
    this.#next();
  }
}
