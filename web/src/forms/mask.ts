const places: Readonly<Record<string, RegExp>> = { "9": /\d/, a: /\p{L}/u, "*": /[\p{L}\d]/u };

/**
 * Fit what was typed into a mask: `9` takes a digit, `a` a letter, `*` either; `\` makes the next sign literal, and
 * everything else is put in between. Letters that fit nowhere are left out.
 */
export function fitMask(mask: string, typed: string): string {
  const letters = [...typed].filter((letter) => /[\p{L}\d]/u.test(letter));
  let out = "";
  let pending = "";
  for (const [literal, sign] of signs(mask)) {
    const place = literal ? undefined : places[sign];
    if (!place) {
      pending += sign;
      // A letter that the mask has already is not asked for again.
      if (letters[0] === sign) letters.shift();
      continue;
    }
    let letter = letters.shift();
    while (letter !== undefined && !place.test(letter)) letter = letters.shift();
    if (letter === undefined) break;
    out += pending + letter;
    pending = "";
  }
  return out;
}

function signs(mask: string): readonly (readonly [literal: boolean, sign: string])[] {
  return [...mask.matchAll(/\\(.)|(.)/gsu)].map(([, escaped, plain]) => [escaped !== undefined, escaped ?? plain ?? ""] as const);
}
