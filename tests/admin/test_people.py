"""People on the admin page: search, roles, disable and enable, and who stays an administrator."""

from __future__ import annotations

from typing import Any

import pytest

from swell.auth.accounts import Account

from .rig import Rig, administered

pytestmark = pytest.mark.anyio


async def test_people_are_listed_with_role_and_state_and_can_be_searched() -> None:
    async with administered(roles="editor=bob") as admin:
        await admin.keep("bob", name="Bob", email="bob@example.org")
        await admin.keep("100%", name="Hundred")
        await admin.go("people")
        assert admin.title == "People"
        assert [row[:4] for row in admin.rows()] == [
            ["Hundred", "-", "Member", "Active"],
            ["Ann Lee", "ann@example.com", "Administrator, Member", "Active"],
            ["Bob", "bob@example.org", "Member, editor", "Active"],
        ]
        await admin.press("people_search", people_words="EXAMPLE.ORG")
        assert [row[0] for row in admin.rows()] == ["Bob"]
        await admin.press("people_search", people_words="%")
        assert [row[0] for row in admin.rows()] == ["Hundred"]
        await admin.press("people_search", people_words="zoe")
        assert admin.rows() == []
        assert "Nothing found." in str(admin.items)


async def test_a_long_list_has_pages() -> None:
    async with administered() as admin:
        for n in range(60):
            await admin.keep(f"user{n:02}")
        await admin.go("people")
        first = [row[0] for row in admin.rows()]
        assert first == ["Ann Lee", *(f"user{n:02}" for n in range(24))]
        await admin.press("page_after", following(admin.items))
        assert admin.rows()[0][0] == "user24"
        await admin.press("page_after", following(admin.items))
        assert [row[0] for row in admin.rows()] == [f"user{n:02}" for n in range(49, 60)]
        assert "page_after" not in admin.controls
        await admin.press("page_before")
        await admin.press("page_before")
        assert [row[0] for row in admin.rows()] == first
        assert "page_before" not in admin.controls


def following(items: list[dict[str, Any]]) -> str:
    """Return the value of the button to the next page."""
    buttons = [
        one["button"] for item in items if "buttons" in item for one in item["buttons"]["items"]
    ]
    return str(next(one["value"] for one in buttons if one["name"] == "page_after"))


async def test_a_role_is_given_and_taken_and_both_are_in_the_audit_log() -> None:
    async with administered(roles="editor=group:staff") as admin:
        await admin.keep("bob", name="Bob")
        await admin.press("people_choose", ["bob"])
        await admin.press("people_give", people_role="editor")
        assert admin.notices == ["The role has been given."]
        assert (await bob(admin)).role == "editor"
        await admin.press("people_give", people_role="owner")  # not offered
        assert (await bob(admin)).role is None
        assert [
            (one.event, one.subject, one.object, one.detail) for one in await admin.audit()
        ] == [
            ("role", "ann", "bob", {"role": ""}),
            ("role", "ann", "bob", {"role": "editor"}),
        ]


async def bob(admin: Rig) -> Account:
    account = await admin.accounts.get("bob")
    assert account is not None
    return account


async def test_disabling_asks_first_and_ends_the_sign_ins() -> None:
    async with administered() as admin:
        await admin.keep("bob", name="Bob")
        id = await admin.signed_in("bob", "phone")
        await admin.press("people_choose", ["bob"])
        assert admin.rows(1) == [["Firefox", "192.0.2.1", *admin.rows(1)[0][2:]]]
        await admin.press("people_disable")
        assert admin.notices == [
            "Disable bob? Open pages close and running answers stop within seconds."
        ]
        assert (await bob(admin)).disabled is None
        await admin.press("cancel")
        await admin.press("confirm")  # nothing is asked any more
        assert (await bob(admin)).disabled is None
        await admin.press("people_disable")
        await admin.press("confirm")
        assert admin.notices == ["The account has been disabled."]
        assert (await bob(admin)).disabled is not None
        assert await admin.sign_in.sign_ins.find(id) is None
        assert (await admin.audit())[0].event == "disabled"
        await admin.press("people_enable")
        assert (await bob(admin)).disabled is None


async def test_a_user_is_signed_out_in_one_browser_or_everywhere() -> None:
    async with administered() as admin:
        await admin.keep("bob")
        phone, laptop = [await admin.signed_in("bob", one) for one in ("phone", "laptop")]
        other = await admin.signed_in("ann", "desk")
        await admin.press("people_choose", ["bob"])
        await admin.press("people_sign_out_one", [other])  # of another user
        await admin.press("confirm")
        await admin.press("people_sign_out_one", [phone])
        await admin.press("confirm")
        left = [await admin.sign_in.sign_ins.find(id) is not None for id in (phone, laptop, other)]
        assert left == [False, True, True]
        await admin.press("people_sign_out")
        await admin.press("confirm")
        assert await admin.sign_in.sign_ins.of("bob") == []
        assert "Not signed in anywhere." in str(admin.items)


async def test_administrators_cannot_disable_or_demote_themselves() -> None:
    async with administered() as admin:
        await admin.press("people_choose", ["ann"])
        assert {"people_disable", "people_give", "people_role"} & admin.controls == set()
        await admin.press("people_give", people_role="-")
        assert admin.notices == [
            "You cannot do that to your own account, or you are no administrator any more."
        ]
        await admin.press("people_disable")
        await admin.press("confirm")
        account = await admin.accounts.get("ann")
        assert account is not None
        assert (account.role, account.disabled) == ("admin", None)


async def test_of_two_administrators_who_demote_each_other_one_remains() -> None:
    async with administered() as admin:
        await admin.keep("bob")
        await admin.accounts.set_role("bob", "admin")
        await admin.press("people_choose", ["bob"])
        await admin.accounts.set_role("ann", None)  # Bob was faster
        await admin.press("people_give", people_role="-")
        assert "no administrator any more" in admin.notices[0]
        assert (await bob(admin)).role == "admin"


async def test_a_disabled_administrator_changes_nothing() -> None:
    async with administered(admins="ann") as admin:
        await admin.keep("bob")
        await admin.press("people_choose", ["bob"])
        await admin.accounts.disable("ann")
        await admin.press("people_give", people_role="admin")
        assert (await bob(admin)).role is None


async def test_who_is_an_administrator_by_the_settings_keeps_the_role() -> None:
    async with administered(admins="bob") as admin:
        await admin.keep("bob")
        await admin.press("people_choose", ["bob"])
        assert "The setting admins makes this person an administrator." in str(admin.items)
        assert "people_give" not in admin.controls
