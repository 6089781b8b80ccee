"""News about runs: what comes from another process is a message, or nothing."""

from __future__ import annotations

import pytest

from swell.chat.runs.news import Changed, Nudge, Stored, Watch, encode, news, request
from tests.undecodable import UNDECODABLE


@pytest.mark.parametrize("message", [Watch("run", True), Nudge()])
def test_an_owner_reads_what_was_sent(message: Watch | Nudge) -> None:
    assert request(encode(message)) == message


@pytest.mark.parametrize("message", [Stored(1, 2), Changed(1, 0, 1, [(0, "Hi")], [])])
def test_who_watches_reads_what_was_sent(message: Stored | Changed) -> None:
    assert news(encode(message)) == message


@pytest.mark.parametrize("body", UNDECODABLE, ids=repr)
def test_anything_else_is_no_message(body: bytes) -> None:
    assert request(body) is None
    assert news(body) is None
