"""Broken variants of the engine and of the web client, for the machine to tell from the real thing.

A variant is a line that is replaced, in a Python function or in a file of `web/src`; the line
must be there, so that a variant cannot quietly turn into the real thing.
"""

from __future__ import annotations

import inspect
import pkgutil
import re
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

import msgspec

from swell.live.ops import Append, Op, units

from .node import EditOf

FUTURE = annotations.compiler_flag  # annotations in the sources are not evaluated


class InPython(msgspec.Struct, frozen=True):
    """Replace a line of a function.

    Attributes:
        where: The function, or where others know it by.
        line: A text that is in its source once.
        to: What to put there.
        source: The function, when `where` is only a name for it.
    """

    where: str
    line: str
    to: str
    source: str = ""


class Mutant(msgspec.Struct, frozen=True):
    """One broken variant.

    Attributes:
        name: As in the table.
        python: What to replace in the engine.
        web: What to replace in the web client.
        equivalent: Why nothing can tell it from the real thing; empty when something must.
        slow: Whether it is left to `make property`; equivalent ones are, too.
    """

    name: str
    python: list[InPython] = []
    web: list[EditOf] = []
    equivalent: str = ""
    slow: bool = False

    @property
    def where(self) -> str:
        """The files that it changes."""
        files = [f"web/src/{file}" for file, _, _ in self.web]
        for change in self.python:
            function = pkgutil.resolve_name(change.source or change.where)
            files.append(f"src/{function.__module__.replace('.', '/')}.py")
        return ", ".join(f"`{file}`" for file in dict.fromkeys(files))


GAP = ("transport/frames.ts", 'if (n - count !== seq) return "gap";', "")
BASE = (
    "page/tree.ts",
    "if (leaf.length !== at) throw new Desync(`append at ${at} to a text of ${leaf.length}`);",
    "",
)
OLD_NAMES = (
    "transport/frames.ts",
    "if (n <= seq) return null;",
    """if (n <= seq) {
      for (const part of parts as (readonly [string, number, Path])[])
        if (part[0] === "p") this.#paths.set(part[1], part[2]);
      return null;
    }""",
)
MERGE = {"where": "swell.live.page.merge", "source": "swell.live.ops.merge"}

MUTANTS = [
    Mutant("no gap check", web=[GAP]),
    Mutant("no gap check, no base length check", web=[GAP, BASE]),
    Mutant(
        "no base length check",
        web=[BASE],
        equivalent="while frames are only taken in order, a base length is always right",
    ),
    Mutant(
        "one epoch for all logs",
        [
            InPython(
                "swell.server.pages.WatchedPage.__init__",
                "secrets.token_hex(8)",
                '"e"',
            )
        ],
    ),
    Mutant(
        "merging drops an op",
        [
            InPython(
                **MERGE,
                line="return [op for op in out if op is not None]",
                to="return [op for op in out if op is not None][-len(out) + 1 :]",
            )
        ],
    ),
    Mutant(
        "merging ignores barriers",
        [InPython(**MERGE, line="last.clear()", to="pass")],
    ),
    Mutant(
        "a patch grows that a browser has",
        [InPython("swell.live.log.Log.close", "self._open = None", "pass")],
    ),
    Mutant(
        "a text grows where it was before the last save",
        [
            InPython(
                "swell.live.page.LivePage.commit",
                "self.tail = tail_of(edits, ops, self.state)",
                "self.tail = tail_of(edits, ops, self.state) or self.tail",
            )
        ],
    ),
    Mutant(
        "a longer text is taken for one that has grown",
        [
            InPython(
                "swell.live.tail.Tail.assigned",
                " or not text.startswith(was)",
                "",
            )
        ],
    ),
    Mutant(
        "resume past the end of the log",
        [
            InPython("swell.live.log.Log.covers", "self.oldest - 1 <= seq", "0 <= seq"),
            InPython(
                "swell.live.log.Log.after",
                "self.seq - seq",
                "min(self.seq - seq, len(self._patches))",
            ),
        ],
    ),
    Mutant(
        "snapshot first, then attach",
        [
            InPython(
                "swell.live.connection.Connection.attach",
                "self.seq = -1 if seq is None else seq",
                "self.seq = -1 if seq is None else seq; "
                "self.early = (welcome(), page.snapshot().parts) if seq is None else None",
            ),
            InPython(
                "swell.live.connection.Connection._snapshot",
                "frame = encode(self._welcome())",
                "early, self.early = getattr(self, 'early', None), None; "
                "frame = encode(early[0] if early else self._welcome())",
            ),
            InPython(
                "swell.live.connection.Connection._snapshot",
                "list(reversed(page.snapshot().parts))",
                "list(reversed(early[1] if early else page.snapshot().parts))",
            ),
        ],
        equivalent="the patches in between are missing, which the next frame or beat shows",
    ),
    Mutant(
        "no position in beats",
        web=[("transport/client.ts", "else if (s > position.s) {", "else if (s < 0) {")],
    ),
    Mutant(
        "ids of actions not remembered",
        [
            InPython(
                "swell.server.broker.Broker._begin",
                "client.seen[act.id] = True",
                "del client.seen[act.id]",
            )
        ],
    ),
    Mutant(
        "ids of actions forgotten with the client",
        [InPython("swell.server.broker.Broker.act", " or (session_id, act.id) in self._left", "")],
    ),
    Mutant(
        "surrogate pair split",
        [
            InPython(
                "swell.live.frames.PathNames.encode",
                "for op in ops:",
                "for op in HALVED(ops):",
            )
        ],
    ),
    Mutant(
        "snapshot cut inside a character",
        [InPython("swell.live.snapshot.cut", "end -= 1", "break")],
    ),
    Mutant(
        "base length in code points",
        [
            InPython(
                f"swell.live.{module}.units",
                'return len(text.encode("utf-16-le")) // 2',
                "return len(text)",
                "swell.live.ops.units",
            )
            for module in ("ops", "edits", "buffer", "state", "page")
        ],
    ),
    Mutant("short names taken from old frames", web=[OLD_NAMES], slow=True),
    Mutant(
        "reuse of a short name not announced",
        [
            InPython(
                "swell.live.frames.PathNames.assign",
                "self._paths[slot], self._made[slot] = path, seq",
                "self._paths[slot] = path",
            )
        ],
    ),
    Mutant(
        "lost part of a snapshot not noticed",
        web=[
            (
                "transport/parts.ts",
                'throw new Desync("a part of the snapshot is missing");',
                ";",
            ),
            (
                "transport/parts.ts",
                "frame.slice(head.length)",
                'frame.slice(frame.indexOf(":") + 1)',
            ),
            (
                "transport/parts.ts",
                "if (this.#pieces.length < this.#count) return null;",
                "if (!frame.startsWith(`${String(this.#count - 1)}/`)) return null;",
            ),
            (
                "transport/parts.ts",
                'if (this.#sum !== this.#crc) throw new Desync("the snapshot arrived damaged");',
                "",
            ),
        ],
    ),
    Mutant(
        "a frame that does not fit is half applied", web=[("page/state.ts", "draft.undo();", "")]
    ),
]

LATER = (
    "an action acknowledged before it is stored",
    "an action run again after a crash",
    "an answer shown as done before it is stored",
)
"""Variants of what is stored; there are none before conversations are."""


def table() -> str:
    """Return the table of the docs."""
    rows = ["| variant | where | outcome |", "| --- | --- | --- |"]
    for mutant in MUTANTS:
        outcome = f"**not told apart**: {mutant.equivalent}" if mutant.equivalent else "rejected"
        rows.append(f"| {mutant.name} | {mutant.where} | {outcome} |")
    return "\n".join(rows)


def halved(ops: Iterable[Op]) -> Iterator[Op]:
    """Yield ops with the first pair of each appended text cut in two, as UTF-8 then spells it."""
    for op in ops:
        pair = re.search("[^\u0000-\uffff]", op.text) if isinstance(op, Append) else None
        if pair is None or not isinstance(op, Append):
            yield op
        else:
            before = op.text[: pair.start()] + "\ufffd"
            yield Append(op.path, op.at, before)
            yield Append(op.path, op.at + units(before), "\ufffd" + op.text[pair.end() :])


def edited(function: Callable[..., Any], changes: list[InPython]) -> Callable[..., Any]:
    """Return a function with some of its lines replaced."""
    source = textwrap.dedent(inspect.getsource(function))
    for change in changes:
        assert source.count(change.line) == 1, f"{change.where} does not have once: {change.line}"
        source = source.replace(change.line, change.to)
    around = sys.modules[function.__module__].__dict__ | {"HALVED": halved}
    code = compile(source, "mutant", "exec", flags=FUTURE)
    exec(code, around)
    made: Callable[..., Any] = around[function.__name__]
    return made


@contextmanager
def applied(mutant: Mutant) -> Iterator[None]:
    """Replace what a mutant replaces in Python, while the block runs."""
    changes: dict[str, list[InPython]] = {}
    for change in mutant.python:
        changes.setdefault(change.where, []).append(change)
    with ExitStack() as stack:
        made = {
            where: edited(pkgutil.resolve_name(group[0].source or where), group)
            for where, group in changes.items()
        }
        for where, function in made.items():
            stack.enter_context(patch(where, function))
        yield
