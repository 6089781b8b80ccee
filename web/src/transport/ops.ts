import { isList, type Json } from "./json";

/** One step of a path: an object key, a list index or the id of a row. The first one is the key of a card. */
export type Segment = string | number;
export type Path = readonly Segment[];

/** One edit of a page, as it travels. See the page on the protocol for what each one means. */
export type Op =
  | readonly ["s", Path, Json]
  | readonly ["d", Path]
  | readonly ["a", Path, number, string]
  | readonly ["i", Path, number, readonly Json[]]
  | readonly ["x", Path, number, number];

/** Longest path, in segments. */
export const MAX_SEGMENTS = 16;

/**
 * This page and the server's differ: an op does not fit the state it was sent for, or is none.
 * The only cure is a fresh snapshot.
 */
export class Desync extends Error {
  override readonly name = "Desync";
}

/** Whether a key can be named in a path at all. Keys of these names reach into the language itself. */
export function isLegalKey(key: string): boolean {
  return key !== "__proto__" && key !== "prototype" && key !== "constructor";
}

/** Whether `value` counts or addresses something: an integer of 0 or more that is exact. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/**
 * Check the shape of one op: its name, its number of parts and the type of each.
 *
 * @throws Desync if it is no op; the state is not looked at here.
 */
export function checkOp(op: unknown): asserts op is Op {
  if (!isList(op)) throw new Desync("an op is a list");
  const [name, path, a, b] = op;
  checkPath(path);
  let sound: boolean;
  switch (name) {
    case "s":
      sound = op.length === 3;
      break;
    case "d":
      sound = op.length === 2;
      break;
    case "a":
      sound = op.length === 4 && isCount(a) && typeof b === "string";
      break;
    case "i":
      sound = op.length === 4 && isCount(a) && isList(b);
      break;
    case "x":
      sound = op.length === 4 && isCount(a) && isCount(b);
      break;
    default:
      sound = false;
  }
  if (!sound) throw new Desync(`malformed op ${JSON.stringify(name)} at ${JSON.stringify(path)}`);
}

function checkPath(path: unknown): asserts path is Path {
  if (!isList(path)) throw new Desync("a path is a list");
  if (path.length > MAX_SEGMENTS) throw new Desync(`a path has at most ${MAX_SEGMENTS} segments, got ${path.length}`);
  for (const segment of path) {
    const sound = typeof segment === "string" ? isLegalKey(segment) : Number.isSafeInteger(segment);
    if (!sound) throw new Desync(`illegal segment ${JSON.stringify(segment)}`);
  }
}
