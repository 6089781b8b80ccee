"""Write what type checkers know beyond the code: properties of cards, and Wave's constants.

Run it with `make gen`. `--check` writes nothing and fails when a file is stale.
"""

from __future__ import annotations

import sys
from pathlib import Path

import swell.ui  # imports every card
from swell.cards.base import CARDS
from swell.schema.kinds import properties
from swell.wave.names import ENUMS

SRC = Path(swell.__file__).parent
READS = """\
    Assigning takes the properties that a card of some kind has. Any name can be read, since it may
    be a component of a form: `q.page["form"].city.value = "Oslo"`."""
MADE = "Made by `make gen`; edits here are lost."


def card_ref() -> str:
    """Return the module with the class that `q.page["name"]` is for type checkers."""
    names = sorted({name for card in CARDS.values() for name in properties(card)})
    lines = [f'"""What `q.page["name"]` has, for type checkers. {MADE}"""', ""]
    lines += ["from __future__ import annotations", "", "from typing import Any", "", ""]
    lines += ["class CardRef:"]
    lines += ['    """A card on a page.', "", READS, '    """', ""]
    lines += [f"    {name}: Any" for name in names]
    lines += ["", "    def __getattr__(self, name: str) -> Any: ..."]
    lines += ["    def __getitem__(self, name: str) -> Any: ..."]
    lines += ["    def __setitem__(self, name: str, value: Any) -> None: ..."]
    return "\n".join(lines) + "\n"


def constants() -> str:
    """Return the module with Wave's classes of constants, which `ui` makes when asked."""
    lines = [f'"""Wave\'s classes of constants, for type checkers. {MADE}"""', ""]
    lines += ["from __future__ import annotations", "", "from typing import Any", ""]
    lines += [f"{name}: Any" for name in sorted(ENUMS)]
    return "\n".join(lines) + "\n"


FILES = {
    SRC / "page" / "card_ref.py": card_ref,
    SRC / "wave" / "constants.py": constants,
}


def main() -> int:
    """Write the files, or compare them."""
    stale = [
        file for file, made in FILES.items() if not file.exists() or file.read_text() != made()
    ]
    for file in stale:
        if "--check" in sys.argv:
            print(f"{file} is stale: run `make gen`", file=sys.stderr)
        else:
            file.write_text(FILES[file](), encoding="utf-8")
            print(f"wrote {file.relative_to(SRC.parents[1])}")
    return 1 if stale and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
