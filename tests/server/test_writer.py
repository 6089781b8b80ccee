"""Finished WebSocket frames, as the standard has them."""

from __future__ import annotations

import pytest
from websockets.frames import Frame, Opcode

from swell.server.writer import framed


@pytest.mark.parametrize("length", [0, 1, 125, 126, 127, 65535, 65536, 300_000])
def test_a_frame_is_what_a_websocket_library_writes(length: int) -> None:
    payload = b"x" * length
    assert framed(payload) == Frame(Opcode.TEXT, payload).serialize(mask=False)
