/** Most marks on one letter; no language has as many, and a browser takes seconds to draw thousands. */
const MOST = 16;

const PILE = /\p{M}{17,}/gu;

/**
 * What is added to a text, without the marks that no letter can carry.
 *
 * @param before The text that it is added to, which is without them.
 */
export function withoutPiles(added: string, before: string): string {
  if (!/\p{M}/u.test(added)) return added;
  const start = /\p{M}{1,16}$/u.exec(before.slice(-2 * MOST))?.[0] ?? "";
  return (start + added).replace(PILE, (pile) => [...pile].slice(0, MOST).join("")).slice(start.length);
}
