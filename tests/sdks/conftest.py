"""Tests against packages that are too large for everybody's environment: `make sdks` runs them."""

from __future__ import annotations

from importlib.util import find_spec

from tests.models.conftest import local_only

__all__ = ["local_only"]

collect_ignore_glob = [] if find_spec("litellm") and find_spec("langgraph") else ["test_*.py"]
