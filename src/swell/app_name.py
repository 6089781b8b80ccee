"""The name of an app that gave itself none."""

from __future__ import annotations

import hashlib
import inspect
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

__all__ = ["app_name"]


def app_name(handler: Callable[..., Any], route: str) -> str:
    """Return the name of an app that gave itself none: the same as long as it stays in its place.

    It names the location of the function, and ends with a hash of the whole path.
    """
    inner = inspect.unwrap(handler)
    code = getattr(inner, "__code__", None) or getattr(type(inner).__call__, "__code__", None)
    module = sys.modules.get(getattr(inner, "__module__", ""))
    file = code.co_filename if code is not None else getattr(module, "__file__", None)
    path = Path(file or "app").resolve()
    mark = hashlib.sha256(str(path).encode()).hexdigest()[:6]
    return f"{path.parent.name}/{path.stem}{route.rstrip('/')}-{mark}"
