"""The bill of materials fits the schema, and has what the wheel and the client consist of."""

from __future__ import annotations

import json
import re
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from tools.packages import CLIENT
from tools.sbom import bill, faults, main

from tests.conftest import ROOT

BARE = re.compile(r"""(?:from|import)\s*\(?\s*["']((?:@[\w.-]+/)?\w[\w.-]*)(?:/[\w./-]+)?["']""")


def test_it_fits_the_schema_of_cyclonedx(tmp_path: Path) -> None:
    out = tmp_path / "swell.cdx.json"
    assert main([str(out)]) == 0
    found = json.loads(out.read_text())
    assert (found["bomFormat"], found["specVersion"]) == ("CycloneDX", "1.6")
    assert found["metadata"]["component"]["purl"].startswith("pkg:pypi/swell@")
    assert json.loads(json.dumps(bill())) == found, "two runs write the same"


def test_what_does_not_fit_is_named() -> None:
    wrong = {**bill(), "components": [{"type": "library"}]}
    assert any("name" in line for line in faults(json.dumps(wrong)))


def test_it_has_every_package_that_is_installed_with_swell() -> None:
    names = {one["name"]: one for one in bill()["components"]}
    required = [Requirement(one) for one in metadata.requires("swell") or ()]
    always = {one.name for one in required if one.marker is None}
    assert len(always) == 8
    for name in always:
        assert names[name]["scope"] == "required"
    assert names["psycopg"]["scope"] == "optional"
    assert "pytest" not in names


def test_it_has_every_package_that_the_client_is_built_of() -> None:
    imported: set[str] = set()
    for file in (ROOT / "web/src").rglob("*"):
        if file.suffix in (".ts", ".svelte") and ".test." not in file.name:
            imported |= set(BARE.findall(file.read_text(encoding="utf-8")))
    known = {name for name in imported if (ROOT / "web/node_modules" / name).is_dir()}
    assert known - DEVELOPMENT == set(CLIENT)
    made = bill()
    names = {one["name"]: one for one in made["components"]}
    for name in CLIENT:
        assert names[name]["scope"] == "required"
        assert len(names[name]["hashes"][0]["content"]) == 128
    (swell,) = [one for one in made["dependencies"] if one["ref"].startswith("pkg:pypi/swell@")]
    assert names["svelte"]["purl"] in swell["dependsOn"]


DEVELOPMENT = {"vitest"}
"""What only test helpers of the client import."""


def test_every_reference_leads_to_a_component() -> None:
    made = bill()
    known = {one["bom-ref"] for one in (*made["components"], made["metadata"]["component"])}
    for one in made["dependencies"]:
        assert {one["ref"], *one["dependsOn"]} <= known
    assert len(known) == 1 + len(made["components"]), "no component is there twice"
