/** Any value that travels: plain JSON, never mutated in place. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** A JSON object. Read keys that come from outside with {@link own}: a key may be called `__proto__`. */
export interface JsonObject {
  readonly [key: string]: Json;
}

/** Whether `value` is a JSON object, as opposed to a list, null or a scalar. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether `value` is a JSON list. `Array.isArray` alone loses the element type of a readonly array. */
export function isList(value: unknown): value is readonly Json[] {
  return Array.isArray(value);
}

/** The object's own property, never one it inherits. */
export function own(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}
