import { isObject, own } from "./json";
import type { Platform } from "./platform";

/** How long a page that is being reloaded may take to let go of its id, in milliseconds. */
const HANDOVER_MS = 400;

/**
 * Which client this tab is. The id outlives a reload, so that the page is resumed, but not the copy that a browser
 * makes of a tab's storage when the tab is duplicated: two tabs must not be one client.
 */
export class Identity {
  /** The id to name in a hello; null asks for a new one. */
  id: string | null = null;
  /** The hash that the server knows of, without `#`. */
  hash = "";
  readonly #platform: Platform;
  readonly #key: string;
  #held: string | null = null;
  #release: (() => void) | null = null;

  /** @param key Name of the page in the tab's storage: one tab may show several routes in turn. */
  constructor(platform: Platform, key: string) {
    this.#platform = platform;
    this.#key = key;
  }

  /**
   * Find the id from before a reload.
   *
   * @returns False if another tab is that client: this one is a copy of it and starts anew.
   */
  async claim(): Promise<boolean> {
    const stored = this.#read();
    if (stored === null) return true;
    const release = await this.#platform.hold(this.#lockName(stored.id), HANDOVER_MS);
    if (release === null) {
      this.forget();
      return false;
    }
    this.id = stored.id;
    this.hash = stored.hash;
    this.#held = stored.id;
    this.#release = release;
    return true;
  }

  /** Be this client from now on. */
  adopt(id: string): void {
    this.id = id;
    this.#write();
    if (this.#held === id) return;
    this.#release?.();
    this.#release = null;
    this.#held = id;
    void this.#platform.hold(this.#lockName(id), HANDOVER_MS).then((release) => {
      if (this.#held === id) this.#release = release;
      else release?.();
    });
  }

  /** Note that the server hears of this hash. */
  sawHash(hash: string): void {
    this.hash = hash;
    this.#write();
  }

  /** Forget the client's id: the next hello asks for a new one. */
  forget(): void {
    this.id = null;
    this.#platform.store.remove(this.#key);
  }

  #lockName(id: string): string {
    return `${this.#key}:${id}`;
  }

  #write(): void {
    if (this.id !== null) this.#platform.store.set(this.#key, JSON.stringify({ id: this.id, hash: this.hash }));
  }

  #read(): { id: string; hash: string } | null {
    try {
      const stored: unknown = JSON.parse(this.#platform.store.get(this.#key) ?? "null");
      if (!isObject(stored)) return null;
      const [id, hash] = [own(stored, "id"), own(stored, "hash")];
      return typeof id === "string" && typeof hash === "string" ? { id, hash } : null;
    } catch {
      return null;
    }
  }
}
