/** Replace `find` by `put` everywhere; it has to occur `times` times. */
export function swap(code: string, find: RegExp, put: string, times: number): string {
  let seen = 0;
  const changed = code.replace(find, () => {
    seen += 1;
    return put;
  });
  if (seen !== times) throw new Error(`${String(find)} was found ${String(seen)} times, not ${String(times)}; the library has changed`);
  return changed;
}
