"""Names of files that every system can save."""

from __future__ import annotations

import pytest

from swell.server.file_names import safe_name


@pytest.mark.parametrize(
    "device",
    [
        *("con", "PRN", "Aux", "NUL", "COM0", "com9", "LPT1", "lpt0", "COM¹", "LPT³"),
        *("CONIN$", "conout$"),
    ],
)
@pytest.mark.parametrize("ending", ["", ".txt", ".tar.gz", " .txt", "  ..O", ".", " ", "\u3000.x"])
def test_a_device_of_windows_is_no_name_whatever_ending_it_has(device: str, ending: str) -> None:
    assert safe_name(device + ending).startswith("_" + device)


@pytest.mark.parametrize("name", ["console.txt", "com10", "aux_.txt", "a.con", "CON_ .txt", "$con"])
def test_names_that_only_resemble_a_device_stay(name: str) -> None:
    assert safe_name(name) == name


def test_a_colon_and_what_is_behind_it_name_no_stream() -> None:
    assert safe_name("CON:stream") == "CON_stream"
    assert safe_name("a.txt:stream") == "a.txt_stream"


def test_an_accent_is_joined_with_its_letter_across_a_character_that_goes() -> None:
    assert safe_name("e\x07\u0308.txt") == "ë.txt"
    assert safe_name("e\u0308.txt") == "ë.txt"
