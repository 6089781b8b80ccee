"""Write a bill of materials in CycloneDX: what the wheel and the built web client consist of.

    python -m tools.sbom dist/swell.cdx.json

Packages of extras have the scope `optional`. The versions are those of the lock files, which `make
install` has installed; two runs write the same bytes. The file is checked against the schema.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from tools.licences import licence
from tools.packages import CLIENT, Package, npm_packages, python_packages

SPEC = "1.6"
FONT = {
    "type": "data",
    "bom-ref": "stix-two-math",
    "name": "STIX Two Math",
    "version": "2.11",
    "licenses": [{"expression": "OFL-1.1"}],
}
"""The font of formulas, which is in the sources and no package."""


def bill() -> dict[str, Any]:
    """Return the bill of materials."""
    packages = [one for one in (*python_packages(), *npm_packages()) if one.use != "development"]
    unique = {one.purl: one for one in packages}
    swell = next(one for one in unique.values() if one.name == "swell")
    parts = [one for one in unique.values() if one is not swell]
    return {
        "$schema": f"http://cyclonedx.org/schema/bom-{SPEC}.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": SPEC,
        "version": 1,
        "metadata": {"component": _component(swell)},
        "components": [*map(_component, parts), FONT],
        "dependencies": _dependencies(swell, list(unique.values())),
    }


def _component(package: Package) -> dict[str, Any]:
    found: dict[str, Any] = {
        "type": "library",
        "bom-ref": package.purl,
        "name": package.name,
        "version": package.version,
        "scope": "required" if package.use == "shipped" else "optional",
        "purl": package.purl,
        "licenses": [{"expression": licence(package)}],
    }
    if package.sha512:
        found["hashes"] = [{"alg": "SHA-512", "content": package.sha512}]
    return found


def _dependencies(swell: Package, packages: list[Package]) -> list[dict[str, Any]]:
    by_name: dict[tuple[str, str], list[Package]] = {}
    for one in packages:
        by_name.setdefault((one.ecosystem, one.name), []).append(one)
    out = []
    for one in packages:
        needed = {
            other.purl for name in one.needs for other in by_name.get((one.ecosystem, name), ())
        }
        if one is swell:
            needed |= {other.purl for name in CLIENT for other in by_name["npm", name]}
            needed.add(str(FONT["bom-ref"]))
        out.append({"ref": one.purl, "dependsOn": sorted(needed)})
    return out


def faults(content: str) -> list[str]:
    """Return what the schema of CycloneDX has against a bill of materials."""
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    found = JsonStrictValidator(SchemaVersion.from_version(SPEC)).validate_str(content)
    return [] if found is None else [str(found)]


def main(arguments: list[str]) -> int:
    """Write the file; return 1 if it does not fit the schema."""
    out = Path(arguments[0])
    made = bill()
    content = json.dumps(made, indent=2) + "\n"
    if wrong := faults(content):
        print(*wrong, sep="\n", file=sys.stderr)
        return 1
    out.parent.mkdir(exist_ok=True)
    out.write_text(content, encoding="utf-8")
    print(f"{out}: {len(made['components'])} components, fits the schema of CycloneDX {SPEC}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
