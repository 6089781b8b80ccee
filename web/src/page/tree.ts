import { isList, isObject, own, type Json } from "../transport/json";
import { Desync, type Path } from "../transport/ops";

/**
 * Change one place deep inside a plain value and share everything else with the old one.
 *
 * @param value Where the walk stands.
 * @param path The whole path of the op.
 * @param depth How many segments are behind it.
 * @param change Makes the new value of the leaf from the old one; undefined stands for absent, both ways.
 * @returns The new value, or undefined if the place itself went away.
 * @throws Desync if a parent is missing, an index is out of range or a key is reserved.
 */
export function update(
  value: Json | undefined,
  path: Path,
  depth: number,
  change: (leaf: Json | undefined) => Json | undefined,
): Json | undefined {
  const segment = path[depth];
  if (segment === undefined) return change(value);
  if (isList(value)) {
    if (typeof segment !== "number" || segment < 0 || segment >= value.length) {
      throw new Desync(`no index ${JSON.stringify(segment)} in a list of ${value.length}`);
    }
    const next = update(value[segment], path, depth + 1, change);
    if (next === undefined) throw new Desync("an item of a list cannot be deleted by path");
    return value.with(segment, next);
  }
  if (isObject(value)) {
    if (typeof segment !== "string") throw new Desync(`an object has no index ${segment}`);
    if (segment.startsWith("~")) throw new Desync(`reserved key ${JSON.stringify(segment)}`);
    return withKey(value, segment, update(own(value, segment), path, depth + 1, change));
  }
  throw new Desync(`nothing to change at ${JSON.stringify(path.slice(0, depth))}`);
}

/** A copy of an object with one key changed, or without it. Keeps the order of the keys. */
export function withKey<T extends object>(object: T, key: string, value: unknown): T {
  // fromEntries defines keys where an assignment would reach into the prototype.
  if (value !== undefined) return { ...object, ...Object.fromEntries([[key, value]]) };
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== key)) as T;
}

/** @throws Desync unless `leaf` is text of exactly `at` UTF-16 code units. */
export function appended(leaf: Json | undefined, at: number, text: string): string {
  if (typeof leaf !== "string") throw new Desync("only text can be appended to");
  if (leaf.length !== at) throw new Desync(`append at ${at} to a text of ${leaf.length}`);
  return leaf + text;
}

/** @throws Desync unless `leaf` is a list with a position `at`. */
export function inserted(leaf: Json | undefined, at: number, items: readonly Json[]): Json {
  if (!isList(leaf) || at > leaf.length) throw new Desync(`cannot insert at ${at}`);
  return [...leaf.slice(0, at), ...items, ...leaf.slice(at)];
}

/** @throws Desync unless `leaf` is a list with `count` items from position `at`. */
export function removed(leaf: Json | undefined, at: number, count: number): Json {
  if (!isList(leaf) || at + count > leaf.length) throw new Desync(`cannot remove ${count} at ${at}`);
  return leaf.toSpliced(at, count);
}
