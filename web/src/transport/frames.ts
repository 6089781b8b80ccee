/**
 * Op frames: arrays `[n, count, part, ...]` that cover the patches `n - count + 1` to `n`. A part is an op, or
 * `["p", slot, path]`, which lets `slot` stand for a path from now on, or `[slot, at, text]`, which appends there.
 */
import { isList, type Json } from "./json";
import { Desync, isCount, type Op, type Path } from "./ops";

/** Paths that have a short name at once. */
const SLOTS = 64;

/** A frame that was read. */
export interface Ops {
  /** The last patch that it covers. */
  readonly n: number;
  /** Checked when they are applied. */
  readonly o: readonly Op[];
}

/** Reads frames, keeping the table of names; the table belongs to a position of the page, like its cards. */
export class FrameReader {
  readonly #paths = new Map<number, Path>();

  /** @param paths The table that a snapshot brought along. */
  constructor(paths: readonly Path[] = []) {
    paths.forEach((path, slot) => this.#paths.set(slot, path));
  }

  /**
   * Read a frame.
   *
   * @param seq The last patch that was applied.
   * @returns The ops with their paths spelled out; null for an old frame; "gap" when frames before it are missing.
   * @throws Desync if it is malformed or uses a name that was never given.
   */
  read(frame: readonly Json[], seq: number): Ops | "gap" | null {
    const [n, count, ...parts] = frame;
    if (!isCount(n) || !isCount(count) || count < 1 || count > n) throw new Desync("malformed frame");
    if (n <= seq) return null;
    if (n - count !== seq) return "gap";
    // Not before all of it was read, and never from an old frame.
    const names = new Map<number, Path>();
    const o: Op[] = [];
    for (const part of parts) {
      const op = this.#part(part, names);
      if (op !== null) o.push(op);
    }
    for (const [slot, path] of names) this.#paths.set(slot, path);
    return { n, o };
  }

  #part(part: Json, names: Map<number, Path>): Op | null {
    if (!isList(part)) throw new Desync("malformed part");
    const [head, second, third] = part;
    if (head === "p") {
      if (part.length !== 3 || !isCount(second) || second >= SLOTS || !isList(third)) throw new Desync("malformed name");
      names.set(second, third as Path);
      return null;
    }
    // What else an op may be is checked when it is applied.
    if (typeof head !== "number") return part as readonly unknown[] as Op;
    const path = names.get(head) ?? this.#paths.get(head);
    if (path === undefined || part.length !== 3) throw new Desync(`no path was named ${String(head)}`);
    return ["a", path, second, third] as readonly unknown[] as Op;
  }
}
