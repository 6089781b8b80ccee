"""What has to be true when all is at rest: screen = store = what the handler said."""

from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec

from tests.faults.chat.rig import ChatTab, Stored
from tests.faults.tokens import numbers, text

from .rig import LEASE_S, Cluster

__all__ = ["Seen", "branch_of", "judge"]

SILENCING = {
    *("kill", "drain", "freeze"),
    *("cut database", "stall database", "restart database"),
}
"""Faults that may take the runs from a process."""

_OF_THREAD = """
WITH RECURSIVE branch AS (
  SELECT m.* FROM messages m JOIN threads t ON t.leaf_id = m.id WHERE t.id = ?
  UNION ALL
  SELECT m.* FROM messages m JOIN branch b ON m.id = b.parent_id
)
SELECT id, role, status FROM branch ORDER BY depth
"""


class Seen:
    """What a schedule has done and seen.

    Attributes:
        person: Who did it.
        thread: In which thread.
        prompts: Text of each prompt that was sent, by its action.
        acknowledged: The actions that were acknowledged.
        refused: The actions that were refused, with the reason.
        faults: What was broken.
        stops: Whether a user stopped an answer.
        buried: How many processes had been taken for gone before.
    """

    def __init__(self, person: str, buried: int) -> None:
        self.person = person
        self.buried = buried
        self.thread = ""
        self.prompts: dict[str, str] = {}
        self.acknowledged: set[str] = set()
        self.refused: dict[str, str] = {}
        self.faults: set[str] = set()
        self.stops = False

    def __str__(self) -> str:
        return "\n".join(f"{name}: {value}" for name, value in vars(self).items())

    def note(self, tab: ChatTab) -> None:
        """Note what a tab was answered."""
        for ack in tab.acks:
            if ack.st != "err":
                self.acknowledged.add(ack.id)
            elif ack.retry_ms is None:
                self.refused[ack.id] = f"{ack.code}: {ack.msg}"


async def judge(seen: Seen, cluster: Cluster, tabs: list[ChatTab], wait_s: float) -> None:
    """Require that the store is right, and that each tab shows it.

    Raises:
        AssertionError: If not.
    """
    shown = branch_of(cluster.stored, seen.thread)
    _check_prompts(seen, cluster.stored)
    _check_runs(seen, cluster)
    wrong = cluster.watch.wrong()
    assert not wrong, wrong
    if not seen.faults & SILENCING:
        alive = {member.pid for member in cluster.members}
        buried = [one for one in cluster.watch.buried(LEASE_S, seen.buried) if one[1] in alive]
        assert not buried, f"taken for gone while alive: {buried}"
    for number, tab in enumerate(tabs):
        try:
            await tab.until(lambda tab=tab: _rests(tab, shown), wait_s)  # type: ignore[misc]
        except TimeoutError:
            words = f"tab {number} of {len(tabs)}, at {tab.address}, generating={tab.generating}"
            raise AssertionError(f"{words}\nshows {_screen(tab)}\nstore {shown}") from None
    last = tabs[-1].rows
    for tab in tabs[:-1]:
        assert tab.rows == last, f"tabs differ: {tab.rows}\nand a new one: {last}"


def _rests(tab: ChatTab, shown: list[tuple[str, str, str]]) -> bool:
    return tab.online and _screen(tab) == shown and not tab.generating


def _screen(tab: ChatTab) -> list[tuple[str, str, str]]:
    return [(row[2], row[0], row[4] or "") for row in tab.rows]


def branch_of(stored: Stored, thread: str) -> list[tuple[str, str, str]]:
    """Return id, text and state of the messages of the branch that a thread shows."""
    texts = _texts(stored, thread)
    return [
        (id_, texts.get(id_, ""), "" if role == "user" else status)
        for id_, role, status in stored.rows(_OF_THREAD, thread)
    ]


def _texts(stored: Stored, thread: str) -> dict[str, str]:
    texts: dict[str, str] = {}
    for id_, body in stored.rows(
        "SELECT p.message_id, p.body FROM parts p JOIN messages m ON m.id = p.message_id"
        " WHERE p.type = 'text' AND m.thread_id = ? ORDER BY p.message_id, p.position",
        thread,
    ):
        texts[id_] = texts.get(id_, "") + msgspec.json.decode(body)["text"]
    return texts


def _check_prompts(seen: Seen, stored: Stored) -> None:
    """Each acknowledged prompt is there, and none twice."""
    found = Counter(stored.prompts(seen.person))
    for action, words in seen.prompts.items():
        if action in seen.acknowledged:
            assert found[words] == 1, f"acknowledged, and there {found[words]} times: {words}"
        assert found[words] <= 1, f"there {found[words]} times: {words}"
    assert set(found) <= set(seen.prompts.values())


def _check_runs(seen: Seen, cluster: Cluster) -> None:
    """Each run was executed at most once, by its owner, and its text is what the handler said."""
    stored = cluster.stored
    texts = _texts(stored, seen.thread)
    owners = cluster.watch.owners(seen.thread)
    calls: dict[str, list[int]] = {}
    for pid, answer in cluster.calls():
        calls.setdefault(answer, []).append(pid)
    silent = cluster.watch.silent()
    rows: list[tuple[Any, ...]] = stored.rows(
        "SELECT r.answer_id, r.prompt_id, r.state, m.status FROM runs r"
        " JOIN messages m ON m.id = r.answer_id WHERE r.thread_id = ? ORDER BY r.number",
        seen.thread,
    )
    assert len({answer for answer, *_ in rows}) == len(rows)
    for answer, prompt, state, status in rows:
        said, wish = texts.get(answer, ""), texts[prompt]
        full = int(wish.split("tell=")[1].split()[0])
        of = f"the answer {answer} to {wish!r}, {state}, with the owners {owners[answer]}"
        assert state == status, f"{of} is shown as {status}"
        called = calls.get(answer, [])
        assert len(called) <= 1, f"{of} was made by {called}"
        assert said == text(len(numbers(said))), f"{of}: {said}"
        began = [owner for owner in owners[answer] if owner.state == "running"]
        if called:
            assert began, f"{of} was made before it was started"
            assert called[0] == began[0].pid, f"{of} was made by {called[0]}"
        match state:
            case "done":
                assert called, f"{of} was never made"
                assert said == text(full), f"{of} has {len(numbers(said))} tokens"
            case "stopped":
                assert seen.stops, f"{of} was not to be stopped"
            case "interrupted":
                late = any(owner.process in silent for owner in owners[answer])
                assert seen.faults & SILENCING or late, f"{of} was interrupted for no reason"
            case _:
                raise AssertionError(f"{of} ended so")
