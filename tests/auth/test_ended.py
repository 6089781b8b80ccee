"""Which sign-ins end when a provider ends a session."""

from __future__ import annotations

import time

import pytest

from swell.auth.accounts import Accounts
from swell.auth.base import Ended, SignedIn
from swell.auth.sign_ins import SKEW_S, Lifetime, SignIns
from swell.chat.store import open_store

pytestmark = pytest.mark.anyio

NOW = time.time()


@pytest.mark.parametrize(
    ("what", "ended"),
    [
        (Ended("ada", "first", NOW), ["ada first"]),
        (Ended(None, "second", NOW), ["ada second"]),
        (Ended("ada", None, NOW), ["ada first", "ada second"]),
        (Ended("bob", "first", NOW), []),
        (Ended("eve", None, NOW), []),
        (Ended("ada", None, NOW - SKEW_S - 5), []),  # said before they began: a replay
        (Ended("ada", "first", NOW - SKEW_S + 30), ["ada first"]),  # its clock is a little behind
    ],
    ids=["a session", "no user", "no session", "another user", "no such user", "late", "early"],
)
async def test_a_logout_ends_the_session_or_all_of_a_user(what: Ended, ended: list[str]) -> None:
    engine = open_store("memory").engine
    await engine.open()
    try:
        sign_ins = SignIns(engine, Lifetime(3600, 3600))
        for subject, sid, provider in (
            ("ada", "first", "oidc"),
            ("ada", "second", "oidc"),
            ("bob", "third", "oidc"),
            ("ada", "first", "corp"),
        ):
            who = SignedIn(subject, sid=sid)
            await Accounts(engine).keep(who, provider)
            id = f"{subject} {sid}" if provider == "oidc" else "elsewhere"
            await sign_ins.add(id, who, provider)
        assert sorted(await sign_ins.end_at("oidc", what)) == ended
        assert await sign_ins.end_at("oidc", what) == []
    finally:
        await engine.close()
