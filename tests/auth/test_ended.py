"""Which sign-ins end when a provider ends a session."""

from __future__ import annotations

import time

import pytest

from swell.auth.accounts import Accounts
from swell.auth.base import Ended, SignedIn
from swell.auth.sign_ins import SKEW_S, Lifetime, SignIns
from swell.chat.store import open_store

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("subject", "sid", "ago_s", "ended"),
    [
        ("ada", "first", 0, ["ada first"]),
        (None, "second", 0, ["ada second"]),
        ("ada", None, 0, ["ada first", "ada second"]),
        ("bob", "first", 0, []),
        ("eve", None, 0, []),
        ("ada", None, SKEW_S + 5, []),  # said before they began: a replay
        ("ada", "first", SKEW_S - 30, ["ada first"]),  # its clock is a little behind
    ],
    ids=["a session", "no user", "no session", "another user", "no such user", "late", "early"],
)
async def test_a_logout_ends_the_session_or_all_of_a_user(
    subject: str | None, sid: str | None, ago_s: float, ended: list[str]
) -> None:
    what = Ended(subject, sid, time.time() - ago_s)
    engine = open_store("memory").engine
    await engine.open()
    try:
        sign_ins = SignIns(engine, Lifetime(3600, 3600))
        for name, session, provider in (
            ("ada", "first", "oidc"),
            ("ada", "second", "oidc"),
            ("bob", "third", "oidc"),
            ("ada", "first", "corp"),
        ):
            who = SignedIn(name, sid=session)
            await Accounts(engine).keep(who, provider)
            id = f"{name} {session}" if provider == "oidc" else "elsewhere"
            await sign_ins.add(id, who, provider)
        assert sorted(await sign_ins.end_at("oidc", what)) == ended
        assert await sign_ins.end_at("oidc", what) == []
    finally:
        await engine.close()
