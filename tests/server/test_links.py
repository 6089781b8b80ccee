"""Links: for one owner, read by every process that has the key."""

from __future__ import annotations

from string import ascii_letters, digits

import pytest

from swell.server.links import Links

FILE, SHARE = "ab" * 16, "cd" * 32


@pytest.mark.parametrize("share", ["", SHARE])
def test_a_link_is_for_its_owner_at_every_process(share: str) -> None:
    key = b"k" * 32
    text = Links(key).make("ann", "/help", FILE, share)
    other = Links(key)
    link = other.read(text)
    assert link is not None
    assert (link.file_id, link.share) == (FILE, share)
    assert other.route(link, ["/", "/help"]) == "/help"
    assert other.route(link, ["/"]) is None
    assert other.proves(link, "ann")
    assert not other.proves(link, "bob")
    assert not Links(b"o" * 32).proves(link, "ann")


@pytest.mark.parametrize("field", ["route", "file_id", "share"])
def test_every_field_of_a_link_is_signed(field: str) -> None:
    links = Links()
    link = links.read(links.make("ann", "/", FILE, SHARE))
    assert link is not None
    other = {"route": bytes(8), "file_id": "00" * 16, "share": "00" * 32}[field]
    assert not links.proves(link._replace(**{field: other}), "ann")  # type: ignore[arg-type]


def test_a_share_cannot_be_cut_off_a_link() -> None:
    links = Links()
    link = links.read(links.make("reader", "/", FILE, SHARE))
    assert link is not None
    assert not links.proves(link._replace(share=""), "reader")


@pytest.mark.parametrize("text", ["", "x", "x" * 22, "é" * 40, "A" * 48 + "=", "/" * 54, "\0" * 54])
def test_other_addresses_are_no_links(text: str) -> None:
    assert Links().read(text) is None


def test_a_link_has_one_spelling() -> None:
    links = Links()
    text = links.make("ann", "/", FILE)
    assert links.read(text) is not None
    assert links.read(text + "=") is None
    # The last character has two bits of the link; the other four must be zero.
    read = [last for last in ascii_letters + digits + "-_" if links.read(text[:-1] + last)]
    assert sorted(read) == ["A", "Q", "g", "w"]


def test_the_id_of_a_tab_proves_its_session_and_route() -> None:
    links = Links(b"k" * 32)
    id = links.client("ann", "/help")
    assert id != links.client("ann", "/help")
    routes = ["/", "/help"]
    assert Links(b"k" * 32).route_of_client(id, "ann", routes) == "/help"
    assert Links().route_of_client(id, "ann", routes) is None
    assert links.route_of_client(id, "bob", routes) is None
    for other in ("", "x", id[:-4], id + "AAAA", "é", "/" * 44):
        assert links.route_of_client(other, "ann", routes) is None
