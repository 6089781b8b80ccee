"""Every type of Wave by its name: those that Swell has, and stand-ins for the others.

`from h2o_wave.types import ChatbotCard` is what existing code writes; see `swell.ui`.
"""

from __future__ import annotations

# The names of `typing` are here because Wave's module has them, and `import *` imports them.
from typing import Any, Dict, List, Optional, Union  # noqa: F401, UP035

from . import ui
from .schema.data import Data

Value = Union[str, float, int]  # noqa: UP007
PackedRecord = Union[dict, str]  # type: ignore[type-arg]  # noqa: UP007
PackedRecords = Union[List[dict], str]  # type: ignore[type-arg]  # noqa: UP006, UP007
PackedData = Union[Data, str]  # noqa: UP007

_ALIASES = ["Any", "Dict", "List", "Optional", "Union", "Data"]
_ALIASES += ["Value", "PackedRecord", "PackedRecords", "PackedData"]


def __getattr__(name: str) -> Any:
    if name == "__all__":
        return __dir__()
    if name[:1].isupper():
        return getattr(ui, name)
    raise AttributeError(f"module 'swell.types' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*_ALIASES, *(name for name in dir(ui) if name[0].isupper())])
