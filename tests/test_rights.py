"""Rights: who may use an app, which roles they have, and what a role may do."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import msgspec
import pytest

from swell.errors import SettingError
from swell.identity import ANON
from swell.rights import EVERYONE, Rights, verified_email
from swell.settings.load import load_settings


class Person(msgspec.Struct, frozen=True):
    subject: str
    email: str | None = None
    groups: tuple[str, ...] = ()
    claims: Mapping[str, Any] = MappingProxyType({})


ANN = Person("ann", "Ann@Example.com", ("staff",))
BOB = Person("bob", "bob@example.org")
BROWSER = Person(ANON)


def with_(**settings: str) -> Rights:
    """Return the rights of settings, written as in the environment."""
    return Rights(
        load_settings({f"SWELL_{name.upper()}": said for name, said in settings.items()}, {})
    )


# -------------------------------------------------------------------------------------------- roles


def test_without_settings_all_are_members_and_may_what_they_may_today() -> None:
    rights = with_()
    assert rights.of(ANN).roles == rights.of(BROWSER).roles == ("member",)
    assert rights.granted(["member"]) == {"settings", "share", "export", "import"}


@pytest.mark.parametrize(
    "named", ["ann", "ann@example.com", "group:staff", "domain:example.com", "eve, ann"]
)
def test_an_admin_is_named_by_name_address_group_or_domain(named: str) -> None:
    rights = with_(admins=named)
    assert rights.of(ANN).roles == ("admin", "member")
    assert rights.of(BOB).roles == ("member",)


def test_the_domain_of_an_address_is_not_that_of_a_similar_one() -> None:
    rights = with_(admins="domain:example.com")
    for email in (
        "a@example.com.evil.org",
        "a@notexample.com",
        "a@sub.example.com",
        "@example.com",
    ):
        assert rights.of(Person("x", email)).roles == ("member",), email
    assert rights.of(Person("x", "a@b@example.com")).roles == ("member",)


def test_the_setting_roles_gives_each_role_to_several_kinds_of_users() -> None:
    rights = with_(roles="editor=group:staff, domain:example.org, guide=claim:level=3, bob")
    assert rights.of(ANN).roles == ("member", "editor")
    assert rights.of(BOB).roles == ("member", "editor", "guide")
    third = Person("cy", claims={"level": 3})
    assert rights.of(third).roles == ("member", "guide")


def test_identify_and_administrators_add_roles() -> None:
    assert with_().of(ANN, ["editor"]).roles == ("member", "editor")
    assert with_(roles="guide=ann").of(ANN, ["admin"]).roles == ("admin", "member", "guide")


def test_without_sign_in_no_one_gets_more_than_member() -> None:
    rights = with_(admins="anon,domain:example.com", roles="editor=anon")
    assert rights.of(Person(ANON, "a@example.com"), ["admin"]).roles == ("member",)
    assert rights.of(BROWSER, ["admin"]).roles == ("member",)


# ------------------------------------------------------------------------ addresses that are proven


@pytest.mark.parametrize(
    ("claims", "proven"),
    [
        ({}, True),  # a proxy, a password file, or identify=
        ({"iss": "https://id.example.com", "email_verified": True}, True),
        ({"iss": "https://id.example.com", "email_verified": "true"}, True),
        ({"iss": "https://id.example.com", "email_verified": False}, False),
        ({"iss": "https://id.example.com"}, False),  # any address, at some providers
    ],
)
def test_an_address_counts_when_the_provider_has_verified_it(
    claims: dict[str, Any], proven: bool
) -> None:
    person = Person("1f0e", "ann@example.com", claims=claims)
    assert (verified_email(person) == "ann@example.com") is proven
    assert with_(allowed_domains="example.com").of(person).allowed is proven
    assert ("admin" in with_(admins="ann@example.com").of(person).roles) is proven


# -------------------------------------------------------------------------------------- allow-lists


def test_an_allow_list_lets_in_whom_it_names_and_says_why_it_refuses_others() -> None:
    rights = with_(allowed_domains="example.com")
    assert rights.of(ANN).allowed
    refused = rights.of(BOB)
    assert not refused.allowed
    assert refused.roles == ()
    assert refused.reason == "the domain 'example.org' is not in allowed_domains"
    assert rights.of(Person("cy")).reason == "the user has no e-mail address (allowed_domains)"


def test_groups_and_claims_let_in_too() -> None:
    assert with_(allowed_groups="it, staff").of(ANN).allowed
    assert with_(allowed_groups="it").of(ANN).reason == "the user is in no group of allowed_groups"
    sales = Person("cy", claims={"department": ["sales", "it"], "active": True})
    assert with_(allowed_claims="department=it").of(sales).allowed
    assert with_(allowed_claims="active=true").of(sales).allowed
    assert not with_(allowed_claims="department=hr").of(sales).allowed


def test_a_user_has_to_be_on_every_list_that_is_set() -> None:
    rights = with_(allowed_domains="example.com", allowed_groups="it")
    assert not rights.of(ANN).allowed
    assert rights.of(Person("dee", "dee@example.com", ("it",))).allowed


def test_with_an_allow_list_no_user_comes_in_without_sign_in() -> None:
    assert not with_(allowed_domains="example.com").of(BROWSER).allowed
    assert not with_(allowed_groups="staff").of(Person(ANON, groups=("staff",))).allowed


# ------------------------------------------------------------------------------------------- rights


def test_a_right_belongs_to_the_roles_of_the_setting_and_always_to_admins() -> None:
    rights = with_(rights="share=editor,guide,export=none")
    assert rights.granted(["member"]) == {"settings", "import"}
    assert rights.granted(["member", "editor"]) == {"settings", "import", "share"}
    assert rights.may(["guide"], "share")
    assert rights.granted(["admin", "member"]) == {"settings", "share", "export", "import"}
    assert rights.granted([]) == set()


@pytest.mark.parametrize(
    ("name", "said", "error"),
    [
        ("rights", "shares=member", "expected a right (settings, share, export, import)"),
        ("rights", "member", "expected `name=value`, such as `share=editor`, got `member`"),
        ("rights", "share=", "expected `name=value`"),
        ("rights", "share=Editor!", "expected a role"),
        ("roles", "editor", "expected `name=value`, such as `editor=group:staff`"),
        ("roles", "admin=ann", "the role `admin` is not set here: it is of the setting `admins`"),
        ("roles", "ed itor=ann", "expected a name of small letters"),
        ("roles", "editor=domain:nodot", "expected the domain of e-mail addresses"),
        ("admins", "groups:staff", "expected `group:`, `domain:`, `claim:`"),
        ("admins", "group:", "expected `group:NAME`"),
        ("admins", "claim:level", "expected `claim=value`"),
        ("allowed_domains", "*.example.com", "such as `example.com`, got `*.example.com`"),
        ("allowed_domains", "ann@example.com", "expected the domain of e-mail addresses"),
        ("allowed_claims", "department", "expected `claim=value`, such as `department=sales`"),
    ],
)
def test_a_setting_that_names_no_user_is_an_error_when_the_app_starts(
    name: str, said: str, error: str
) -> None:
    with pytest.raises(SettingError) as raised:
        with_(**{name: said})
    assert error in str(raised.value)
    assert f"SWELL_{name.upper()}" in str(raised.value)


# ------------------------------------------------------------------------------------- organisation


def test_with_an_allow_list_the_organisation_is_all_who_may_use_the_app() -> None:
    rights = with_(allowed_groups="staff")
    assert rights.organisation(ANN) == EVERYONE


def test_without_one_it_is_the_domain_of_the_verified_address() -> None:
    rights = with_()
    assert rights.organisation(ANN) == "example.com"
    assert rights.organisation(BOB) == "example.org"
    at_provider = {"iss": "https://id.example.com"}
    assert rights.organisation(Person("1f0e", "x@example.com", claims=at_provider)) == ""


def test_a_public_mail_service_is_no_organisation() -> None:
    assert with_().organisation(Person("x", "someone@gmail.com")) == ""


def test_the_users_of_a_proxy_or_a_password_file_are_one_organisation() -> None:
    assert with_().organisation(Person("cy")) == EVERYONE


def test_users_without_sign_in_belong_to_none() -> None:
    assert with_().organisation(BROWSER) == ""
