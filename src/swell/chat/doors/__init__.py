"""Doors: ways for other programs to a `@chat` function, beside the page; shut unless opened."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from typing import Any

from swell.app import main

__all__ = ["open_doors"]


def open_doors(
    route: str,
    handler: Callable[..., Any],
    make_settings: Callable[[dict[str, Any]], Any],
    *,
    title: str,
    openai: bool,
    ag_ui: bool,
) -> None:
    """Open doors below the route of a chat: `v1` for OpenAI's API, `ag-ui` for AG-UI.

    Args:
        route: Of the chat.
        handler: Its function.
        make_settings: Makes what a turn has as `settings` from values by name.
        title: What the chat is called; the model's name is made of it.
        openai: Open the first.
        ag_ui: Open the second.
    """
    base = route.rstrip("/")
    if openai:
        from swell.chat.doors.openai import OpenAIDoor

        name = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or "chat"
        door = OpenAIDoor(handler, name=name, api_key=_api_key, make_settings=make_settings)
        main.mount(f"{base}/v1", door)
    if ag_ui:
        from swell.chat.doors.ag_ui import AGUIDoor

        main.mount(
            f"{base}/ag-ui", AGUIDoor(handler, api_key=_api_key, make_settings=make_settings)
        )


def _api_key() -> str | None:
    if main.settings is not None:
        return main.settings.api_key
    return os.environ.get("SWELL_API_KEY") or None  # mounted in an app that runs without `swell`
