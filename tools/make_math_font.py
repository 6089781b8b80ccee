"""Cut the font of formulas out of STIX Two Math, as WOFF2.

Run it to change the characters: `python tools/make_math_font.py STIXTwoMath-Regular.ttf`. The font
is in the package `ziamath`, under the SIL Open Font License. Needs fonttools and brotli. Characters
that are missing here come from a font of the reader's system.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools import subset  # type: ignore[import-not-found]
from fontTools.ttLib import TTFont  # type: ignore[import-not-found]

FONT = Path(__file__).parents[1] / "web/src/markdown/math/font/math.woff2"
NAME = "Swell Math"
# What formulas of answers use most; together below 60 kB.
CHARACTERS = """
    20-7e a0 a8 ac af b0 b1 b4 b7 d7 f7 131 237
    2c6 2c7 2c9 2d8-2da 2dc 300-304 306-308 30a 30c 332
    391-3c9 3d1 3d5 3d6 3f0 3f1 3f5
    2013 2014 2016 2018 2019 201c 201d 2022 2026 2032-2035 203e 2057 2061-2064 20d7 20db
    2102 210a-2113 2115 2118-211d 2124 2128 212b-2131 2133-2136
    2190-2199 219d 21a0 21a3 21a6 21a9 21aa 21bc-21c1 21c4 21cb 21cc 21d0-21d5 21dd
    2200-220d 220f-2223 2225-222e 2234 2235 223c 2243 2245 2248 224d 2250 2254 225c 225f 2260
    2261 2264 2265 2268-226b 226e-2273 227a 227b 2282-228b 228e 2293-229a 22a2-22a5 22a8 22b2
    22b3 22c0-22c6 22c8 22ee-22f1
    2237 2308-230b 231c 231d 2322 2323 23b4 23b5 23dc-23e1
    25a0 25a1 25b3 25b5 25b9 25bd 25c3 25ca 25cb 25ef 2605 2660-2663 266d-266f 2713
    27e6-27eb 27ee 27ef 27f5-27fa 27fc 2a00 2a01 2a04 2a06 2a0c 2a7d 2a7e 2aaf 2ab0
    1d400-1d467 1d49c-1d4b5 1d504-1d51c 1d538-1d551 1d6a4 1d6a5 1d6e2-1d71b 1d7ce-1d7d7
"""


def characters() -> set[int]:
    """Return the code points of `CHARACTERS`."""
    found: set[int] = set()
    for word in CHARACTERS.split():
        first, _, last = word.partition("-")
        found.update(range(int(first, 16), int(last or first, 16) + 1))
    return found


def main(source: str) -> None:
    """Write the font."""
    options = subset.Options()
    options.layout_features = []  # other forms of letters: half of the size
    options.hinting = False
    options.flavor = "woff2"
    font = TTFont(source)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=characters())
    subsetter.subset(font)
    for name in (1, 3, 4, 6):
        font["name"].setName(NAME.replace(" ", "" if name == 6 else " "), name, 3, 1, 0x409)
    font.flavor = "woff2"
    font.save(FONT)
    print(f"{FONT.name}: {FONT.stat().st_size} bytes, {len(font.getBestCmap())} characters")


if __name__ == "__main__":
    main(sys.argv[1])
