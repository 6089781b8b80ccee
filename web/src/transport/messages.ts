/**
 * What travels on the socket: one JSON object per text frame, told apart by `t`. Op frames are arrays (`frames.ts`),
 * and parts of a large snapshot are text (`parts.ts`).
 */
import { isList, isObject, own, type Json, type JsonObject } from "./json";
import { Desync, isCount, type Path } from "./ops";
import type { Hello } from "./hello";

/** A whole page as it travels. */
export interface Snapshot {
  readonly cards: readonly (readonly [string, JsonObject])[];
}

/** An action as it travels: a copy of the arguments, and what was done. */
export interface ActBody {
  readonly args: JsonObject;
  /** The control that caused it. */
  readonly name: string | null;
  /** Source, name and data of an event. */
  readonly event?: readonly [string, string, Json];
}

export type ClientMessage =
  | Hello
  | ({ readonly t: "act"; readonly id: string } & ActBody)
  | { readonly t: "pong"; readonly s: number };

/** An error to show to the user. */
export interface ErrorInfo {
  /** Stable name. */
  readonly code: string;
  /** What to show. */
  readonly msg: string;
  /** Under which the server logged it; empty for what happened in this tab. */
  readonly id: string;
  /** The action that caused it. */
  readonly ref: string | null;
}

export interface Limits {
  /** Longest message to the server, in bytes. */
  readonly frame_max_bytes: number;
  /** Most actions on their way. */
  readonly unacked_max: number;
}

export interface Welcome {
  readonly t: "welcome";
  readonly mode: "snapshot" | "resumed";
  readonly client: string;
  readonly e: string;
  readonly s: number;
  /** With mode `snapshot`, unless it follows in parts; checked when it is loaded. */
  readonly state: Snapshot | null;
  /** How many parts follow, and the sum of what they make; 0 when none do. */
  readonly parts: number;
  readonly crc: number;
  /** Names of paths that belong to the snapshot. */
  readonly paths: readonly Path[];
  readonly limits: Limits;
  /** Seconds between two beats. */
  readonly hb: number;
  readonly build: string;
  readonly user: string;
  readonly error: ErrorInfo | null;
}

export interface Ack {
  readonly t: "ack";
  readonly id: string;
  readonly st: "ok" | "dup" | "err";
  readonly code: string;
  readonly msg: string;
  /** Present if the action should be sent again after so many milliseconds. */
  readonly retry_ms: number | null;
}

export type ServerMessage =
  | Welcome
  | Ack
  | ({ readonly t: "err" } & ErrorInfo)
  | { readonly t: "end"; readonly id: string; readonly st: "ok" | "err" }
  | { readonly t: "beat"; readonly e: string; readonly s: number }
  | { readonly t: "drain"; readonly in_ms: number }
  | { readonly t: "clear" };

/**
 * Read one message from the server.
 *
 * @returns The message, or null for a kind that this version does not know.
 * @throws Desync if it is malformed.
 */
export function parseMessage(json: unknown): ServerMessage | null {
  if (!isObject(json)) throw new Desync("a message is a JSON object");
  const read = new Reader(json);
  switch (own(json, "t")) {
    case "welcome":
      return readWelcome(read);
    case "ack":
      return {
        t: "ack",
        id: read.text("id"),
        st: read.oneOf("st", ["ok", "dup", "err"]),
        code: read.text("code", ""),
        msg: read.text("msg", ""),
        retry_ms: read.has("retry_ms") ? read.count("retry_ms") : null,
      };
    case "end":
      return { t: "end", id: read.text("id"), st: read.oneOf("st", ["ok", "err"]) };
    case "beat":
      return { t: "beat", e: read.text("e"), s: read.count("s") };
    case "err":
      return { t: "err", ...readError(read) };
    case "drain":
      return { t: "drain", in_ms: read.count("in_ms") };
    case "clear":
      return { t: "clear" };
    default:
      return null;
  }
}

function readWelcome(read: Reader): Welcome {
  const mode = read.oneOf("mode", ["snapshot", "resumed"]);
  const limits = read.object("limits");
  const parts = mode === "snapshot" && read.has("parts") ? read.count("parts") : 0;
  const paths = read.has("paths") ? own(read.json, "paths") : [];
  if (!isList(paths) || !paths.every(isList)) throw new Desync("paths is no list of paths");
  return {
    t: "welcome",
    mode,
    client: read.text("client"),
    e: read.text("e"),
    s: read.count("s"),
    state: mode === "snapshot" && parts === 0 ? (read.object("state").json as unknown as Snapshot) : null,
    parts,
    crc: parts === 0 ? 0 : read.count("crc"),
    paths: paths as readonly unknown[] as readonly Path[],
    limits: { frame_max_bytes: limits.count("frame_max_bytes"), unacked_max: limits.count("unacked_max") },
    hb: read.positive("hb"),
    build: read.text("build", ""),
    user: read.text("user", ""),
    error: read.has("error") ? readError(read.object("error")) : null,
  };
}

function readError(read: Reader): ErrorInfo {
  return {
    code: read.text("code"),
    msg: read.text("msg", ""),
    id: read.text("id", ""),
    ref: read.has("ref") ? read.text("ref") : null,
  };
}

/** Reads typed fields of an object; a field of another type is a desync. */
class Reader {
  readonly json: JsonObject;

  constructor(json: JsonObject) {
    this.json = json;
  }

  /** Whether the field is there and not null. */
  has(key: string): boolean {
    return (own(this.json, key) ?? null) !== null;
  }

  text(key: string, missing?: string): string {
    const value = own(this.json, key) ?? missing;
    if (typeof value !== "string") throw new Desync(`${key} is not text`);
    return value;
  }

  count(key: string): number {
    const value = own(this.json, key);
    if (!isCount(value)) throw new Desync(`${key} is not a count`);
    return value;
  }

  positive(key: string): number {
    const value = own(this.json, key);
    if (typeof value !== "number" || !(value > 0)) throw new Desync(`${key} is not above 0`);
    return value;
  }

  oneOf<T extends string>(key: string, values: readonly T[]): T {
    const value = own(this.json, key);
    const found = values.find((known) => known === value);
    if (found === undefined) throw new Desync(`${key} is none of ${values.join(", ")}`);
    return found;
  }

  object(key: string): Reader {
    const value = own(this.json, key);
    if (!isObject(value)) throw new Desync(`${key} is not an object`);
    return new Reader(value);
  }
}
