"""Who gets a tab when many want one, and which tab makes room."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from swell.errors import ProtocolError
from swell.live.wire import CLOSE_FULL, CLOSE_RATE
from swell.server.admission import Admission
from swell.settings.table import Settings

HERE = ""  # the peer that many may share


@dataclass
class Tab:
    session_id: str
    peer: str = HERE
    signed_in: bool = False
    acted: bool = False
    opened_at: float = 0.0
    gone_at: float | None = None


def admission(tabs_max: int = 3, burst: int = 3, acted: str = "") -> Admission:
    settings = Settings(tabs_max=tabs_max, tab_rate_per_s=1.0, tab_burst=burst)
    made = Admission(settings)
    for session_id in acted.split():
        made.acted(session_id)
    return made


def goes(tabs: list[Tab], peer: str = HERE, session_id: str = "new", acted: str = "") -> list[str]:
    """Return whose tabs make room for a new one."""
    found = admission(len(tabs), acted=acted).room(peer, session_id, False, tabs, 0.0)
    return [tab.session_id for tab in found]


def test_a_tab_that_nobody_used_makes_room_before_a_known_persons() -> None:
    known = Tab("known", acted=True, gone_at=1.0)
    reading = Tab("known", gone_at=2.0)
    unused = Tab("unused", gone_at=3.0)
    open_ = Tab("open", opened_at=4.0)
    working = Tab("working", acted=True)
    signed_in = Tab("signed in", signed_in=True)
    order = []
    tabs = [known, reading, signed_in, working, open_, unused]
    for _ in range(4):
        (first,) = admission(len(tabs), acted="known working").room("", "new", False, tabs, 5.0)
        order.append(first)
        tabs.remove(first)
    assert order == [unused, open_, reading, known]
    with pytest.raises(ProtocolError) as refused:
        goes(tabs, acted="working")
    assert refused.value.close_code == CLOSE_FULL  # the others are open and in use


def test_the_address_with_most_tabs_makes_room_first() -> None:
    one = Tab("one", "203.0.113.7", gone_at=0.0)
    many = [Tab(f"{number}", "198.51.100.1", gone_at=1.0 + number) for number in range(3)]
    assert goes([one, *many]) == ["0"]


def test_open_tabs_make_room_only_for_known_people_or_when_one_address_has_many() -> None:
    few = [Tab(str(number), f"198.51.100.{number}") for number in range(20)]
    with pytest.raises(ProtocolError):
        goes(few, "203.0.113.7")
    assert goes(few, "203.0.113.7", "known", acted="known") == ["0"]
    many = [Tab(str(number), "198.51.100.1") for number in range(20)]
    assert goes(many, "203.0.113.7") == ["0"]


def test_a_flood_makes_room_for_several_at_once() -> None:
    unused = [Tab(str(number), gone_at=number) for number in range(1000)]
    assert goes(unused) == [str(number) for number in range(10)]


def test_new_tabs_of_an_address_have_a_rate_and_known_people_do_not(
    caplog: pytest.LogCaptureFixture,
) -> None:
    door = admission(100, burst=3, acted="known")
    for number in range(1000):
        door.room("198.51.100.1", "known", False, [], 0.0)
        door.room("198.51.100.1", f"signed in {number}", True, [], 0.0)
        door.room(HERE, f"{number}", False, [], 0.0)
    for number in range(3):
        door.room("198.51.100.1", f"{number}", False, [], 0.0)
    for _ in range(100):
        with pytest.raises(ProtocolError) as refused:
            door.room("198.51.100.1", "stranger", False, [], 0.0)
        assert refused.value.close_code == CLOSE_RATE
    door.room("203.0.113.7", "stranger", False, [], 0.0)
    door.room("198.51.100.1", "stranger", False, [], 1.0)
    assert len(caplog.messages) == 1
    assert "tab_burst" in caplog.messages[0]
