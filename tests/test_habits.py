"""No verdict of a test hangs on a pause: tests wait for what happens, and count."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]

PAUSES = {
    "tests/attacks/holder.py: answer": "an app whose answer takes its time",
    "tests/chat/runs/test_peers.py: test_what_the_backplane_does_to_messages_changes_no_page": (
        "a handler that streams for a while; the verdict is the same at any pace"
    ),
    "tests/chat/store/engines/test_postgres.py: freeze": (
        "a process that stands still in the middle of a transaction"
    ),
    "tests/cluster/schedule.py: _break": "a fault that lasts a random time",
    "tests/cluster/schedule.py: _step": "users who act at random moments",
    "tests/e2e/slow/app/sitecustomize.py: slow_turn": "an app that is slow, for `make slow`",
    "tests/e2e/test_chat_faults.py: test_r6_who_comes_back_finds_the_whole_answer": (
        "the page is to expire in the server meanwhile; the verdict is the same if it does not"
    ),
    "tests/e2e/test_reading.py: picture": "a network that brings pictures late",
    "tests/faults/chat/app.py: _answer": "an app whose handler blocks the event loop",
    "tests/soak/client.py: live": "users who think between two things that they do",
    "tests/property/world.py: _answer": "a handler that takes its time, on the clock of the world",
    "tests/server/test_watchdog.py: "
    "test_the_line_that_blocks_the_loop_is_named_once_and_while_it_does": (
        "the watchdog's subject is a loop that stands still for so long"
    ),
    "tests/server/test_watchdog.py: test_a_process_that_gets_no_processor_blames_nothing": (
        "the subject is a process that stands still for so long"
    ),
}
"""Functions that may pause, and why."""


def test_the_weights_are_of_files_that_are_there() -> None:
    weights = json.loads((ROOT / "tests/weights.json").read_text(encoding="utf-8"))
    assert [name for name in weights if not (ROOT / name).is_file()] == [], "run `make weigh`"


def pauses(path: Path) -> Iterator[str]:
    """Find `sleep` and `wait_for_timeout` outside of loops that look again after each.

    A `while` loop looks at what it waits for; a `for` loop in a test just takes its time.
    """

    def walk(node: ast.AST, function: str, looped: bool) -> Iterator[str]:
        for child in ast.iter_child_nodes(node):
            inside, again = function, looped
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
                inside, again = child.name, False
            elif isinstance(child, ast.While | ast.For):
                again = isinstance(child, ast.While) or not function.startswith("test_")
            elif isinstance(child, ast.Call) and not looped and pause(child):
                yield f"{path.relative_to(ROOT)}: {function}"
            yield from walk(child, inside, again)

    yield from walk(ast.parse(path.read_text()), "", False)


def pause(call: ast.Call) -> bool:
    """Whether a call lets time pass; `sleep(0)` lets others have their turn."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ast.unparse(call.func)
    return name in ("sleep", "wait_for_timeout") and ast.unparse(call.args[0]) != "0"


def test_only_these_functions_pause() -> None:
    found = {one for path in (ROOT / "tests").rglob("*.py") for one in pauses(path)}
    assert sorted(found - PAUSES.keys()) == [], "wait for what happens instead"
    assert sorted(PAUSES.keys() - found) == [], "these pause no more"
