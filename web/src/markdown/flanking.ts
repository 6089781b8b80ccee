/**
 * Where emphasis may begin and end in languages that put no spaces between words.
 *
 * The rules of Markdown look for spaces and punctuation around the marks, so `**（注）。**この` would never end. Here
 * punctuation of such a script counts as a letter beside the marks, and other punctuation does where a letter of such a
 * script is on their other side, as the CJK-friendly amendments to CommonMark say.
 */

const UNSPACED =
  /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Hang}\p{sc=Bopo}\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}\u3001-\u303f\ufe10-\ufe1f\ufe30-\ufe6f\uff01-\uffef]/u;
const PUNCTUATION = /[\p{P}\p{S}]/u;

export const isUnspaced = (char: string | undefined): boolean => char !== undefined && UNSPACED.test(char);
export const isPunctuation = (char: string | undefined): boolean => char !== undefined && PUNCTUATION.test(char);

/** The whole character that ends before a place; undefined at the beginning. */
export function charBefore(text: string, at: number): string | undefined {
  const pair = text.codePointAt(at - 2);
  return pair !== undefined && pair > 0xffff ? text.slice(at - 2, at) : text[at - 1];
}

/** The whole character at a place; undefined at the end. */
export function charAt(text: string, at: number): string | undefined {
  const code = text.codePointAt(at);
  return code === undefined ? undefined : String.fromCodePoint(code);
}

/** Whether marks between these two may begin something although punctuation follows them. */
export function opensHere(before: string | undefined, after: string | undefined): boolean {
  return isUnspaced(before) || isUnspaced(after);
}

/** A copy of a text, as long, in which the characters beside marks that count as letters are some. */
export function withLetters(text: string): string {
  if (!UNSPACED.test(text)) return text;
  let [out, done] = ["", 0];
  const letter = (char: string | undefined, at: number): void => {
    if (char === undefined || at < done || char === "*" || char === "~" || char === "_") return;
    out += text.slice(done, at) + "a".repeat(char.length);
    done = at + char.length;
  };
  for (const { index, 0: marks } of text.matchAll(/[*~]+/g)) {
    const end = index + marks.length;
    const [before, after] = [charBefore(text, index), charAt(text, end)];
    if (!opensHere(before, after)) continue;
    if (isPunctuation(before)) letter(before, index - (before?.length ?? 0));
    if (isPunctuation(after)) letter(after, end);
  }
  return out + text.slice(done);
}
