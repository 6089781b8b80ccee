"""The state machine: what servers, networks and people do to each other."""

from __future__ import annotations

import functools
import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, cast

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from swell.live.edits import AddCard, Assign
from tests.live.histories import card, edit, one_step, recorded

from .node import EditOf, Node
from .world import ROWS, Seat, World

LONG = os.environ.get("SWELL_PROPERTY") == "long"

seats = st.integers(0, 2)
texts = st.sampled_from(["a", "bc ", "é", "😀", "x😀y", "\n"])
whiles = st.sampled_from([0.001, 0.04, 0.3, 1.1, 11.0, 26.0, 37.0])


def _item(text: str) -> dict[str, Any]:
    return {"text": {"name": "t", "content": text}}


def _part(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


WRITES: dict[str, tuple[list[Any], list[Any], list[Any], list[Any]]] = {
    "item of a list": (
        [("add", "a", "list")],
        [("item", "a", 0, "x")],
        [("item", "a", 0, "xy"), ("item", "a", 1, "z")],
        [("prepend", "a", [_item("new")]), ("items", "a", [_item("x")]), ("add", "a", "list")],
    ),
    "row of a map": (
        [("add", "a", "map"), ("row", "a", "k", ["x", True])],
        [("cell", "a", "k", "content", "xy")],
        [("row", "a", "k", ["xy", True]), ("cell", "a", "k", "content", "xyz")],
        [("row", "a", "k", None), ("all", "a", []), ("drop", "a"), ("add", "a", "map")],
    ),
    "text of a row": (
        [("add", "a", "map"), ("row", "a", "k", ["x", True])],
        [("stream", "a", 0, "y"), ("tail", "a", "k", "z")],
        [("tail", "a", "k", "w")],
        [  # each of these in one save, so that no other edit looks at the row between them
            [("row", "a", "k", None), ("row", "a", "k", ["v", True])],
            [("all", "a", []), ("row", "a", "k", ["v", True])],
            [("drop", "a"), ("add", "a", "map"), ("row", "a", "k", ["v", True])],
        ],
    ),
    "inside of a cell": (
        [("add", "a", "list"), ("push", "a", ["x", [_part("t"), _part("u")]])],
        [("grow", "a", 0, [1, "text"], "v")],
        [("grow", "a", 0, [0, "text"], "w"), ("grow", "a", 0, [1, "text"], "y")],
        [
            ("inside", "a", 0, [0], None),
            ("inside", "a", 0, [1], _part("uv")),
            ("grow", "a", 0, [], [_part("n")]),
            ("cell", "a", 0, 1, [_part("n"), _part("t"), _part("u")]),
            ("row", "a", 0, ["x", [_part("tt"), _part("uv"), _part("n")]]),
            ("row", "a", 0, None),
        ],
    ),
    "property": (
        [("add", "a", "list")],
        [("extend", "a", "w")],
        [("set", "a", "value", "vw"), ("extend", "a", "x")],
        [("set", "a", "value", None), ("set", "a", "value", {"b": "x"}), ("clear", "a")],
    ),
}
"""How a place is made, written to, and written to again, and what may come between."""


class Machine(RuleBasedStateMachine):
    """Three tabs on one page, a server that may die, and links that lose, repeat and reorder."""

    tally: Counter[str] = Counter()
    """What happened in all runs together."""

    def __init__(self, node: Node, variant: str = "as it is", edits: Sequence[EditOf] = ()) -> None:
        super().__init__()
        self._make = functools.partial(World, node, variant, edits)
        self.world: World | None = None
        self.prompts = 0

    @property
    def w(self) -> World:
        assert self.world is not None
        return self.world

    @initialize(
        ring=st.sampled_from([4, 12, 40]),
        slots=st.sampled_from([2, 64]),
        part_bytes=st.sampled_from([64, 64, 100_000]),
    )
    def everybody_is_there(self, ring: int, slots: int, part_bytes: int) -> None:
        self.world = self._make(ring=ring, slots=slots, part_bytes=part_bytes)
        self.w.flow()

    # --------------------------------------------------------------- what the app does

    def save(self, steps: Sequence[Sequence[Any]]) -> None:
        live = self.w.server.page.live
        edits = [made for step in steps if (made := edit(step, live.state)) is not None]
        self.w.commit(recorded(edits, live.tail))

    @rule(steps=st.lists(one_step(), min_size=1, max_size=4))
    def patch(self, steps: list[Any]) -> None:
        """One save with several edits."""
        self.save(steps)

    @rule(steps=st.lists(one_step(), min_size=2, max_size=5))
    def patches(self, steps: list[Any]) -> None:
        """Several saves that may leave as one frame."""
        for step in steps:
            self.save([step])

    @rule(row=st.integers(0, 3), text=texts, many=st.integers(1, 4), push=st.booleans())
    def stream(self, row: int, text: str, many: int, push: bool) -> None:
        """Tokens of an answer."""
        if "a" not in self.w.server.page.state.cards:
            self.save([("add", "a", "list")])
        if push:
            self.save([("push", "a", ["", False])])
        for _ in range(many):
            self.save([("stream", "a", row, text)])

    @rule(text=texts, other=st.sampled_from(["x", "yz"]), rounds=st.integers(0, 6))
    def rewrite(self, text: str, other: str, rounds: int) -> None:
        """An answer gets longer, and in other words."""
        self.stream(0, text, 1, False)
        self.save([("anew", "a", 0, other)])
        self.stream(0, text, 1, False)
        self.go(0, rounds)

    @rule(first=st.integers(0, ROWS - 1), count=st.integers(1, ROWS), text=texts, go=seats)
    def stream_all_over(self, first: int, count: int, text: str, go: int) -> None:
        """So many texts grow that short names are given away again."""
        page = self.w.server.page
        if "many" not in page.state.cards:
            self.w.commit([AddCard("many", card("list"))])
            self.w.commit([Assign("many", ["data"], [["-", True]] * ROWS)])
        for part in range(0, count, 24):
            rows = range(first + part, first + min(count, part + 24))
            self.save([("stream", "many", row % ROWS, text) for row in rows])
            self.go(go, 1)

    @rule(length=st.sampled_from([100, 300]), key=st.sampled_from(["a", "b"]))
    def long_text(self, length: int, key: str) -> None:
        """A text that is several parts of a snapshot."""
        self.save([("set", key, "value", "0123456789" * (length // 10))])

    @rule(text=texts, go=st.lists(seats, max_size=2))
    def flood(self, text: str, go: list[int]) -> None:
        """More patches than the log keeps."""
        for number in range(self.w.ring + 2):
            self.save([("extend", "a", text)] if number % 2 else [("set", "b", "value", number)])
        for index in go:
            self.go(index, 3)

    @rule(index=seats, write=st.sampled_from(sorted(WRITES)), data=st.data())
    def around_a_barrier(self, index: int, write: str, data: st.DataObject) -> None:
        """Writes to one place with a change of the structure between them, in one frame."""
        start, once, again, barriers = WRITES[write]
        for step in start:
            self.save([step])
        self.settle(index)
        for step in (*once, data.draw(st.sampled_from(barriers)), *again):
            self.save(step if isinstance(step, list) else [step])
        self.go(index, 3)

    # ----------------------------------------------------------- what the network does

    def seat(self, index: int) -> Seat:
        return self.w.seats[index]

    @rule(index=seats, rounds=st.integers(1, 9))
    def go(self, index: int, rounds: int) -> None:
        """The link of one tab makes progress."""
        seat = self.seat(index)
        self.w.server.write()
        for _ in range(rounds):
            self.w.connect(seat)
            self.w.to_server(seat)
            self.w.to_tab(seat)

    @rule(seconds=whiles)
    def wait(self, seconds: float) -> None:
        """Time passes and everything arrives."""
        self.w.wait(seconds)

    @rule(seconds=whiles)
    def stall(self, seconds: float) -> None:
        """Time passes and nothing arrives."""
        self.w.wait(seconds, deliver=False)

    def frames(self, index: int, *, said: bool) -> list[int]:
        """Return where the frames are that may be lost or, with `said`, any that are there."""
        link = self.seat(index).link
        down = link.down if link is not None else ()
        # What is said once, such as an ack, is only lost together with the connection.
        once = ('{"t":"ack"', '{"t":"end"')
        return [i for i, frame in enumerate(down) if said or not frame.startswith(once)]

    @rule(index=seats, which=st.integers(0, 3), token=st.none() | texts)
    def lose(self, index: int, which: int, token: str | None) -> None:
        """A frame is lost."""
        if token is not None:
            self.stream(0, token, 1, False)
            self.w.wait(0.04, deliver=False)
        link, places = self.seat(index).link, self.frames(index, said=False)
        if link is not None and places:
            del link.down[places[which % len(places)]]

    @rule(index=seats, which=st.integers(0, 3), late=st.booleans())
    def repeat(self, index: int, which: int, late: bool) -> None:
        """A frame arrives twice, the second time right behind the first or much later."""
        link, places = self.seat(index).link, self.frames(index, said=True)
        if link is not None and places:
            place = places[which % len(places)]
            link.down.insert(len(link.down) if late else place, link.down[place])

    @rule(index=seats, back=st.integers(0, 7))
    def echo(self, index: int, back: int) -> None:
        """A frame that arrived long ago arrives again."""
        seat = self.seat(index)
        if seat.link is not None and seat.past:
            seat.link.down.append(seat.past[-1 - back % len(seat.past)])

    def settle(self, index: int) -> None:
        """Give a tab what there is for it."""
        self.seat(index).network = True
        self.w.wait(26.0)

    @rule(index=seats, back=st.integers(0, 7), text=texts)
    def names_move(self, index: int, back: int, text: str) -> None:
        """Short names are given to other paths, then a frame from before that arrives again."""
        if "many" not in self.w.server.page.state.cards:
            self.stream_all_over(0, 1, text, index)
        self.settle(index)
        step = max(1, self.w.slots // 4)
        for first in range(0, self.w.slots + step, step):
            rows = range(first, first + step)
            self.save([("stream", "many", row % ROWS, text) for row in rows])
            self.w.wait(0.04, deliver=False)
            self.go(index, 2)
        self.echo(index, back)
        self.go(index, 2)
        self.save([("stream", "many", row % ROWS, text) for row in rows])
        self.w.wait(0.04, deliver=False)
        self.go(index, 2)

    @rule(index=seats, which=st.integers(0, 3))
    def swap(self, index: int, which: int) -> None:
        """A frame overtakes another."""
        link = self.seat(index).link
        if link is not None and len(link.down) > 1:
            place = which % (len(link.down) - 1)
            link.down[place], link.down[place + 1] = link.down[place + 1], link.down[place]

    @rule(index=seats, which=st.integers(0, 3), how=st.sampled_from(["lost", "twice", "swapped"]))
    def burst(self, index: int, which: int, how: str) -> None:
        """Frames one by one, something happens to one of them, and the rest arrives."""
        self.go(index, 6)
        for text in ("p", "q😀", "r"):
            self.save([("extend", "a", text), ("stream", "a", 0, text)])
            self.w.wait(0.04, deliver=False)
        if how == "lost":
            self.lose(index, which, None)
        elif how == "twice":
            self.repeat(index, which, True)
        else:
            self.swap(index, which)
        self.go(index, 3)

    @rule(index=seats, text=texts)
    def lose_tail(self, index: int, text: str) -> None:
        """The last frame is lost, and no other one comes."""
        self.w.heal()
        self.stream(0, text, 1, False)
        self.w.wait(0.04, deliver=False)
        self.lose(index, 0, None)
        self.w.heal()

    @rule(index=seats, at=st.integers(0, 9))
    def lose_part(self, index: int, at: int) -> None:
        """A snapshot arrives, but for one frame."""
        self.w.cut(self.seat(index), server_notices=True)
        self.flood("z", [])
        self.w.wait(1.1, deliver=False)
        self.go(index, 2 + at)
        self.lose(index, 0, None)
        self.go(index, 9)

    @rule(index=seats)
    def damage(self, index: int) -> None:
        """The last op of a frame does not fit: nothing of it may stay."""
        self.go(index, 6)
        self.stream(0, "d", 1, True)
        self.w.wait(0.04, deliver=False)
        seat = self.seat(index)
        for place, frame in enumerate(seat.link.down if seat.link else ()):
            if frame.startswith("[") and seat.link is not None:
                bad = json.dumps([*json.loads(frame), ["a", ["nowhere", "value"], 0, "!"]])
                seat.link.down[place] = bad
                seat.damaged.add(bad)
        self.go(index, 3)

    @rule(index=seats, sent=st.booleans(), notices=st.booleans(), rounds=st.integers(0, 3))
    def cut(self, index: int, sent: bool, notices: bool, rounds: int) -> None:
        """A connection breaks, with frames on their way."""
        self.go(index, rounds)
        while sent and self.w.to_server(self.seat(index)):
            pass
        self.w.cut(self.seat(index), server_notices=notices)

    @rule(index=seats, online=st.booleans())
    def network(self, index: int, online: bool) -> None:
        """A device loses its network, or finds it again."""
        seat = self.seat(index)
        seat.network = online
        if not online:
            self.w.cut(seat, server_notices=False)
        else:
            self.w.tell(seat, ["wake"])

    @rule(index=seats, seconds=st.sampled_from([60.0, 200.0]))
    def away(self, index: int, seconds: float) -> None:
        """A device sleeps, perhaps for longer than the server remembers it."""
        self.network(index, False)
        self.w.wait(seconds)
        self.network(index, True)

    @rule(index=seats, token=texts)
    def slow_join(self, index: int, token: str) -> None:
        """Patches are made while a hello is on its way."""
        seat = self.seat(index)
        self.w.cut(seat, server_notices=True)
        self.w.wait(1.1, deliver=False)
        self.w.connect(seat)
        self.stream(0, token, 2, False)
        self.w.to_server(seat)
        self.stream(0, token, 2, False)
        self.go(index, 5)

    @rule(remembers=st.booleans(), token=texts)
    def crash(self, remembers: bool, token: str) -> None:
        """The server dies and comes back, with a page that looks much like the old one."""
        self.w.crash(remembers=remembers)
        if remembers:
            self.w.commit([AddCard("a", card("list")), AddCard("log", card("map"))])
        self.stream(0, token, 2, True)

    # -------------------------------------------------------------- what people do

    @precondition(lambda self: all(len(seat.outbox) < 20 for seat in self.w.seats))
    @rule(index=seats, how=st.sampled_from(["asks", "twice", "ack lost", "crash", "expires"]))
    def prompt(self, index: int, how: str) -> None:
        """A user asks, with one of the classic ways to lose or double the prompt."""
        seat = self.seat(index)
        self.prompts += 1
        self.w.prompt(seat, f"p{self.prompts}")
        link = seat.link
        if how == "asks" or link is None or not link.up:
            return
        if how == "twice":
            link.up.append(link.up[-1])
        while self.w.to_server(seat):
            pass
        if how == "ack lost":
            self.w.cut(seat, server_notices=True)
        elif how == "crash":
            self.w.crash(remembers=False)
        elif how == "expires":
            self.away(index, 200.0)

    @invariant()
    def what_must_hold(self) -> None:
        if self.world is not None:
            self.world.check()

    def teardown(self) -> None:
        if self.world is None:
            return
        try:
            if sys.exc_info()[0] is None:  # else a step has failed already, and says more
                self.world.heal()
        finally:
            self.tally.update(self.world.tally)
            self.world.close()


def examine(
    make: Callable[[], Machine],
    *,
    examples: int,
    steps: int,
    seeded: bool = True,
    phases: Sequence[Phase] = tuple(Phase),
) -> None:
    """Let Hypothesis look for a schedule that breaks something."""
    # It is typed to want a class, and says that it takes anything that makes a machine.
    machine = cast("type[Machine]", make)
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            derandomize=seeded,
            phases=phases,
            suppress_health_check=list(HealthCheck),
            print_blob=False,
            report_multiple_bugs=False,
        ),
    )
