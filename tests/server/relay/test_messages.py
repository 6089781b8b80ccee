"""What comes over the backplane is a message, or nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from swell.server.relay import messages
from tests.undecodable import UNDECODABLE


@pytest.mark.parametrize("body", UNDECODABLE, ids=repr)
@pytest.mark.parametrize("read", [messages.from_guest, messages.from_host, messages.news])
def test_anything_else_is_no_message(read: Callable[[bytes], object], body: bytes) -> None:
    assert read(body) is None


@pytest.mark.parametrize("body", UNDECODABLE, ids=repr)
def test_anything_else_reports_no_positions(body: bytes) -> None:
    assert messages.positions(body) == {}
