"""What Swell ships with is permissive, and a package with another licence is named."""

from __future__ import annotations

from email.message import Message

import pytest
from tools.licences import EXCEPTIONS, STATED, allowed, licence, refused
from tools.packages import UNKNOWN, Package, Use, licence_of, npm_packages, python_packages


def test_the_licences_of_all_packages_are_allowed() -> None:
    packages = [*python_packages(), *npm_packages()]
    shipped = {one.name for one in packages if one.use == "shipped"}
    assert {"swell", "starlette", "sqlalchemy", "svelte", "marked", "d3-array"} <= shipped
    assert refused(packages) == []


@pytest.mark.parametrize(
    ("expression", "use", "good"),
    [
        ("MIT", "shipped", True),
        ("MIT AND BSD-3-Clause", "shipped", True),
        ("(MPL-2.0 OR Apache-2.0)", "shipped", True),
        ("MPL-2.0", "shipped", False),
        ("MPL-2.0", "development", True),
        ("AGPL-3.0-only", "development", False),
        ("GPL-3.0-only OR Commercial", "optional", False),
        ("MIT AND (GPL-3.0-only OR MIT)", "shipped", False),
        (UNKNOWN, "development", False),
        ("", "shipped", False),
    ],
)
def test_a_licence_that_is_not_on_the_list_is_refused(
    expression: str, use: Use, good: bool
) -> None:
    package = Package("npm", "left-pad", "1.0", expression, use)
    assert allowed(package) is good
    assert bool(refused([package])) is not good


def test_an_exception_is_for_one_licence_and_not_for_what_is_shipped() -> None:
    lgpl = Package("pypi", "psycopg", "3", "LGPL-3.0-only", "optional")
    assert allowed(lgpl)
    assert not allowed(lgpl._replace(licence="GPL-3.0-only"))
    assert not allowed(lgpl._replace(use="shipped"))


def test_no_exception_outlives_its_package() -> None:
    found = {one.name: licence(one) for one in (*python_packages(), *npm_packages())}
    assert {name: found.get(name) for name in EXCEPTIONS} == {
        name: expression for name, (expression, _) in EXCEPTIONS.items()
    }
    assert STATED.keys() <= found.keys()


@pytest.mark.parametrize(
    ("header", "value", "expected"),
    [
        ("License-Expression", "MIT OR Apache-2.0", "MIT OR Apache-2.0"),
        ("Classifier", "License :: OSI Approved :: MIT License", "MIT"),
        ("License", "Apache 2.0", "Apache-2.0"),
        ("License", "as you like", UNKNOWN),
    ],
)
def test_the_licence_is_read_from_each_place_where_packages_state_it(
    header: str, value: str, expected: str
) -> None:
    about = Message()
    about[header] = value
    assert licence_of(about) == expected
