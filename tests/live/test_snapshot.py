"""Snapshots: small ones in one piece, large ones in parts that must all arrive."""

from __future__ import annotations

import pytest

from swell.errors import OpError
from swell.live.frames import PathNames
from swell.live.snapshot import PART_BYTES, PartReader, Snapshot, cut
from swell.live.state import PageState


def large() -> tuple[PageState, Snapshot]:
    state = PageState()
    for i in range(3):
        state.cards[f"c{i}"] = {"view": "markdown", "box": "", "content": "größer 😀 " * 20_000}
    return state, Snapshot.of(state, PathNames())


def test_a_small_page_travels_in_one_piece() -> None:
    small = Snapshot.of(PageState(), PathNames())
    assert (bytes(small.state or b""), small.parts) == (b'{"cards":[]}', ())


def test_a_large_page_arrives_whole_from_its_parts() -> None:
    state, snapshot = large()
    assert snapshot.state is None
    assert len(snapshot.parts) >= 3
    assert all(len(part) <= PART_BYTES + 8 for part in snapshot.parts)
    reader = PartReader(len(snapshot.parts), snapshot.crc)
    *early, last = [reader.add(part) for part in snapshot.parts]
    assert early == [None] * len(early)
    assert last == state.to_json()


def test_pieces_end_between_characters() -> None:
    text = "aä😀" * 50
    for size in (4, 5, 6, 7, 50):
        pieces = cut(text.encode(), size)
        assert "".join(piece.decode() for piece in pieces) == text


@pytest.mark.parametrize("broken", ["lost", "twice", "damaged"])
def test_a_part_that_is_lost_doubled_or_damaged_is_noticed(broken: str) -> None:
    _, snapshot = large()
    parts = list(snapshot.parts)
    if broken == "lost":
        del parts[1]
    elif broken == "twice":
        parts.insert(1, parts[0])
    else:
        parts[1] = parts[1].replace(b"gr", b"GR", 1)
    with pytest.raises(OpError):
        read_all(PartReader(len(snapshot.parts), snapshot.crc), parts)


def read_all(reader: PartReader, parts: list[bytes]) -> None:
    for part in parts:
        reader.add(part)
