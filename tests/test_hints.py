"""Annotations, taken apart."""

from __future__ import annotations

from typing import Annotated

from swell.hints import unwrap


def test_an_annotation_comes_apart_into_type_and_notes() -> None:
    assert unwrap(Annotated[int, "low", 3]) == (int, ("low", 3))
    assert unwrap(int | None) == (int | None, ())
