"""The packages that Swell consists of and is developed with, of both ecosystems."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeAlias

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent

Use: TypeAlias = Literal["shipped", "optional", "development"]

OPTIONAL_EXTRAS = ("models", "oidc", "passwords", "metrics", "otel", "pdf", "postgres", "valkey")
"""Extras whose packages an app may need beside Swell."""

CLIENT = (
    *("d3-shape", "highlight.js", "marked", "mermaid", "svelte", "temml"),
    *("vega", "vega-interpreter", "vega-lite"),
)
"""Packages of npm whose code is in the built client; `tests/test_sbom.py` reads them off it."""

UNKNOWN = "unknown"

_CLASSIFIERS = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "GNU General Public License v3 (GPLv3)": "GPL-3.0-only",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
_SPELLINGS = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "BSD": "BSD-3-Clause",
    "GPL-3.0": "GPL-3.0-only",
    "MIT License": "MIT",
}
_SPDX = r"MIT|ISC|0BSD|Zlib|(Apache-2\.0|BSD-[23]-Clause|MPL-2\.0|PSF-2\.0)"


class Package(NamedTuple):
    """One release of a package.

    Attributes:
        ecosystem: `pypi` or `npm`.
        name: Its name there.
        version: Its version.
        licence: An SPDX expression, or `unknown`.
        use: Whether it comes with every Swell, with an extra, or is for development.
        needs: Names of the packages that it needs, of the same ecosystem.
        sha512: Checksum of the file, in hexadecimal; npm only.
    """

    ecosystem: Literal["pypi", "npm"]
    name: str
    version: str
    licence: str
    use: Use
    needs: tuple[str, ...] = ()
    sha512: str = ""

    @property
    def purl(self) -> str:
        """Its address as a package URL."""
        return f"pkg:{self.ecosystem}/{self.name.replace('@', '%40')}@{self.version}"


def python_packages() -> Iterator[Package]:
    """Yield the packages of this environment, which `make install` has made."""
    installed: dict[str, metadata.Distribution] = {
        canonicalize_name(one.name): one for one in metadata.distributions()
    }
    needs = {name: _required(name, installed) for name in installed}
    shipped = _closure({"swell"}, needs)
    optional = _closure(_required("swell", installed, OPTIONAL_EXTRAS), needs)
    for name, found in sorted(installed.items()):
        use: Use = "development"
        if name in shipped | optional:
            use = "shipped" if name in shipped else "optional"
        licence = licence_of(found.metadata)
        yield Package("pypi", name, found.version, licence, use, tuple(sorted(needs[name])))


def _required(
    name: str, installed: Mapping[str, metadata.Distribution], extras: Iterable[str] = ("",)
) -> set[str]:
    """Return the packages that one needs here, with any of these extras; `""` stands for none."""
    names: set[str] = set()
    for text in installed[name].requires or ():
        wanted = Requirement(text)
        other = canonicalize_name(wanted.name)
        if other in installed and any(_applies(wanted, one) for one in extras):
            names |= {other}
            if wanted.extras and other != name:
                names |= _required(other, installed, sorted(wanted.extras))
    return names


def _applies(wanted: Requirement, extra: str) -> bool:
    """Return whether a requirement holds here with an extra; with `""` only those of none."""
    if wanted.marker is None:
        return not extra
    of_extra = "extra ==" in str(wanted.marker)
    return of_extra is bool(extra) and wanted.marker.evaluate({"extra": extra})


def _closure(roots: set[str], needs: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    left = list(roots)
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left += needs.get(name, ())
    return found


def licence_of(about: Any) -> str:
    """Return the licence that a package of Python declares, as an SPDX expression."""
    if expression := about.get("License-Expression"):
        return str(expression)
    classifiers = [one.rpartition(" :: ")[2] for one in about.get_all("Classifier") or ()]
    found = sorted({_CLASSIFIERS[one] for one in classifiers if one in _CLASSIFIERS})
    if found:
        return " OR ".join(found)
    text = str(about.get("License") or "").strip()
    return text if re.fullmatch(_SPDX, text) else _SPELLINGS.get(text, UNKNOWN)


def npm_packages(lock: Path = ROOT / "web/package-lock.json") -> Iterator[Package]:
    """Yield the packages of the client's lock file."""
    entries: dict[str, dict[str, Any]] = json.loads(lock.read_text(encoding="utf-8"))["packages"]
    needs = {place: _places(place, about, entries) for place, about in entries.items() if place}
    shipped = _closure({f"node_modules/{name}" for name in CLIENT}, needs)
    for place, about in sorted(entries.items()):
        if not place:
            continue
        use: Use = "shipped" if place in shipped else "development"
        wanted = sorted({_name(one) for one in needs[place]})
        licence = about.get("license", UNKNOWN)
        digest = _sha512(about.get("integrity", ""))
        yield Package("npm", _name(place), about["version"], licence, use, tuple(wanted), digest)


def _places(place: str, about: Mapping[str, Any], entries: Mapping[str, Any]) -> set[str]:
    """Return where npm finds the packages that one needs: in its own folder, or further up."""
    found: set[str] = set()
    for name in about.get("dependencies", {}):
        folder = place
        while f"{folder}/node_modules/{name}".lstrip("/") not in entries:
            if not folder:
                break
            folder = re.sub(r"/?node_modules/(@[^/]+/)?[^/]+$", "", folder)
        else:
            found.add(f"{folder}/node_modules/{name}".lstrip("/"))
    return found


def _name(place: str) -> str:
    return place.rpartition("node_modules/")[2]


def _sha512(integrity: str) -> str:
    found = re.search(r"sha512-(\S+)", integrity)
    return base64.b64decode(found[1]).hex() if found else ""
