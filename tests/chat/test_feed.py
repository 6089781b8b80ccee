"""Feed: a change reaches those whom it is about, once."""

from __future__ import annotations

from swell.chat.feed import Change, Feed, ThreadChanged, ThreadRenamed


def test_a_person_hears_of_all_their_threads_and_of_nobody_elses() -> None:
    feed, heard = Feed(), list[Change]()
    feed.subscribe("ann", heard.append)
    feed.publish("ann", ThreadRenamed("t", "Title"))
    feed.publish("bob", ThreadChanged("t"))
    assert heard == [ThreadRenamed("t", "Title")]


def test_who_reads_along_hears_of_one_thread_whoever_it_belongs_to() -> None:
    feed, heard = Feed(), list[Change]()
    feed.read("t", heard.append)
    feed.publish("ann", ThreadChanged("t"))
    feed.publish("ann", ThreadChanged("u"))
    feed.publish("ann", ThreadChanged(""))
    assert heard == [ThreadChanged("t")]


class Tab:
    """Something that listens and changes."""

    def __init__(self) -> None:
        self.heard: list[Change] = []

    def hear(self, change: Change) -> None:
        self.heard.append(change)


def test_who_made_a_change_does_not_hear_of_it() -> None:
    feed, one, other = Feed(), Tab(), Tab()
    for tab in (one, other):
        feed.subscribe("ann", tab.hear)
    feed.publish("ann", ThreadChanged("t"), by=one.hear)
    assert (len(one.heard), len(other.heard)) == (0, 1)


def test_nothing_is_kept_of_those_who_have_left() -> None:
    feed, tab = Feed(), Tab()
    feed.subscribe("ann", tab.hear)
    feed.read("t", tab.hear)
    feed.unsubscribe("ann", tab.hear)
    feed.unread("t", tab.hear)
    feed.unread("t", tab.hear)
    feed.publish("ann", ThreadChanged("t"))
    assert tab.heard == []
    assert (feed._people, feed._readers) == ({}, {})


def test_a_listener_may_leave_while_it_is_called() -> None:
    feed, heard = Feed(), list[Change]()

    def once(change: Change) -> None:
        heard.append(change)
        feed.unsubscribe("ann", once)

    feed.subscribe("ann", once)
    feed.publish("ann", ThreadChanged("t"))
    feed.publish("ann", ThreadChanged("t"))
    assert len(heard) == 1
