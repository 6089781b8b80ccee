"""The file with users and passwords: read again when changed, and the same time for all names."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from swell.auth.passwords import Passwords, User, clean_name
from swell.errors import SettingError

from .browser import PASSWORD, hashed, password_file

pytestmark = pytest.mark.anyio


async def test_the_right_password_proves_the_user(tmp_path: Path) -> None:
    user = User(hashed(), "Ada Lovelace", "ada@example.com", ("staff",))
    users = Passwords(password_file(tmp_path, ada=user).path)
    who = await users.check(" Ada ", PASSWORD)
    assert who is not None
    assert (who.subject, who.name, who.email) == ("ada", "Ada Lovelace", "ada@example.com")
    assert who.groups == ("staff",)
    assert await users.check("ada", PASSWORD + "x") is None


async def test_every_name_costs_one_hash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unknown, disabled and impossible names cost as much as known ones."""
    known = {"ada": User(hashed()), "bob": User(hashed(), disabled=True)}
    users = Passwords(password_file(tmp_path, **known).path)
    hashes: list[str] = []

    def verify(_: PasswordHasher, hashed: str, password: str) -> bool:
        del password
        hashes.append(hashed.rpartition("$")[0].rpartition("$")[0])
        raise VerifyMismatchError

    monkeypatch.setattr(PasswordHasher, "verify", verify)
    for name in ("ada", "bob", "nobody", "", "anon", "x" * 1000):
        assert await users.check(name, PASSWORD) is None
    assert len(hashes) == 6
    assert len(set(hashes)) == 1, "all with the same cost"


async def test_a_change_of_the_file_holds_at_once(tmp_path: Path) -> None:
    file = password_file(tmp_path)
    users = Passwords(file.path)
    who = await users.check("ada", PASSWORD)
    assert who is not None
    assert users.holds("ada", who.sid)
    file.change(lambda found: found.update(bob=User(hashed())))
    assert await users.check("bob", PASSWORD) is not None
    assert users.holds("ada", who.sid)
    file.change(lambda found: found.update(ada=User(hashed("another password"))))
    assert not users.holds("ada", who.sid)
    assert await users.check("ada", PASSWORD) is None


async def test_a_file_that_breaks_leaves_the_users_as_they_were(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = password_file(tmp_path)
    users = Passwords(file.path)
    file.path.write_text("{")
    assert await users.check("ada", PASSWORD) is not None
    assert "could not read the password file" in caplog.text


def test_a_missing_or_broken_file_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"no such file; `swell users add NAME --file"):
        Passwords(tmp_path / "users.json")
    (tmp_path / "users.json").write_text("[]")
    with pytest.raises(SettingError, match="Expected `object`"):
        Passwords(tmp_path / "users.json")


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
def test_a_file_that_others_may_write_is_refused(tmp_path: Path) -> None:
    file = password_file(tmp_path)
    file.path.chmod(0o660)
    with pytest.raises(SettingError, match="run `chmod 600"):
        Passwords(file.path)


@pytest.mark.parametrize("name", ["", " ", "a b", "anon", "ANON", "browser:1", "api:x", "a\nb"])
def test_some_names_are_no_users(name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        clean_name(name)
