"""The errors of Swell: one base class, a code each, and the same error in another process."""

from __future__ import annotations

import ast
import pickle
from pathlib import Path
from typing import cast

import pytest

from swell import errors, ui
from swell.errors import (
    AskTimeoutError,
    CardError,
    ModelError,
    ModelRateError,
    ProtocolError,
    RefusedError,
    SettingError,
    StoreInUseError,
    SwellError,
    ThreadFormatError,
)
from swell.page.page import Page

CLASSES = [
    one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, SwellError)
]


def test_one_clause_catches_every_error_and_reads_its_code() -> None:
    with pytest.raises(SwellError) as caught:
        Page().add("hello", ui.markdown_card("1 1 1 1", cast("str", 7), "Hi"))
    assert caught.value.code == "bad_card"


def test_an_error_of_a_model_is_caught_by_its_kind_or_as_any() -> None:
    assert issubclass(ModelRateError, ModelError)
    assert ModelRateError("Slow down.", 7.5).retry_after == 7.5


def test_every_reader_of_foreign_bytes_knows_all_that_decoding_raises() -> None:
    """A reader that catches `msgspec.DecodeError` alone fails on lists that are nested too deep."""
    source = Path(errors.__file__).parent
    found = {
        path.relative_to(source).as_posix()
        for path in source.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ExceptHandler) and node.type is not None
        if "msgspec.DecodeError" in ast.unparse(node.type)
    }
    assert found == {
        "chat/page/share.py",  # its reader raises only this
        "live/wire.py",  # a second try follows, whose errors are all caught
    }


def test_no_two_errors_share_a_code() -> None:
    codes = [one.code for one in CLASSES]
    assert sorted(set(codes)) == sorted(codes)


@pytest.mark.parametrize(
    "error",
    [
        CardError("chat", "ChatbotCard", "Expected `str`, got `int` - at `$.name`"),
        RefusedError("Ask again tomorrow.", "used_up", 1_000),
        SettingError("port", "SWELL_PORT", "expected a whole number"),
        ProtocolError(4400, "no JSON"),
        ThreadFormatError("it is too long", "size", "20,001"),
        ModelRateError("Slow down.", 7.5),
        StoreInUseError("docs", "/var/lib/chat.db", None),
        AskTimeoutError(60.0),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_of_a_worker_process_is_the_same_here(error: SwellError) -> None:
    twin = pickle.loads(pickle.dumps(error))
    assert (type(twin), str(twin), vars(twin)) == (type(error), str(error), vars(error))
    assert str(error)
