"""A provider is one module in the folder of providers, and nothing else."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from swell.errors import ModelRateError
from swell.models import Reader, TextDelta, failure_of, providers, registry

ACME = '''
"""Acme's models: events such as {"acme": "Hel"}, and a package with clients and exceptions."""

from swell.models.deltas import TextDelta
from swell.models.fields import text
from swell.models.provider import Chunks, Provider


class Acme(Provider):
    name = "acme"
    packages = frozenset({"acme"})
    errors = frozenset({"acme"})

    def chunks(self):
        return AcmeChunks()

    def reads(self, chunk):
        return isinstance(chunk, dict) and "acme" in chunk


class AcmeChunks(Chunks):
    def read(self, chunk):
        return [TextDelta(text(chunk, "acme"))]
'''


@pytest.fixture
def acme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Add a module to the folder of providers."""
    (tmp_path / "acme.py").write_text(ACME)
    monkeypatch.setattr(providers, "__path__", [*providers.__path__, str(tmp_path)])
    cached = (registry.providers, registry.error_packages, registry._by_package)
    for one in cached:
        one.cache_clear()
    yield
    for one in cached:
        one.cache_clear()
    sys.modules.pop("swell.models.providers.acme", None)


class Event:
    """A chunk as the package's own class."""

    __module__ = "acme.events"
    acme = "lo"


class TooManyRequestsError(Exception):
    """What the package raises."""

    __module__ = "acme"


@pytest.mark.usefixtures("acme")
def test_a_module_in_the_folder_reads_its_chunks_and_its_exceptions() -> None:
    reader = Reader()
    assert reader.read({"acme": "Hel"}) + reader.read(Event()) == [
        TextDelta("Hel"),
        TextDelta("lo"),
    ]
    assert isinstance(failure_of(TooManyRequestsError()), ModelRateError)


def test_without_it_neither_is_known() -> None:
    with pytest.raises(TypeError, match="'acme'"):
        Reader().read({"acme": "Hel"})
    with pytest.raises(TypeError, match="Event of acme"):
        Reader().read(Event())
    assert failure_of(TooManyRequestsError()) is None


def test_no_package_belongs_to_two_providers() -> None:
    packages = [package for provider in registry.providers() for package in provider.packages]
    assert len(packages) == len(set(packages))
    assert {"openai", "anthropic", "litellm", "langgraph", "pydantic_ai"} <= set(packages)
