"""Doors: ways for other programs to a `@chat` function, beside the page; shut unless opened."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from swell.app import App

__all__ = ["open_doors"]


def open_doors(
    app: App,
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
        app: Where; its settings have the key.
        route: Of the chat.
        handler: Its function.
        make_settings: Makes what a turn has as `settings` from values by name.
        title: What the chat is called; the model's name is made of it.
        openai: Open the first.
        ag_ui: Open the second.
    """
    base = route.rstrip("/")

    def api_key() -> str | None:
        return app.running.api_key

    if openai:
        from swell.chat.api.openai import OpenAIDoor

        name = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or "chat"
        door = OpenAIDoor(handler, name=name, api_key=api_key, make_settings=make_settings)
        app.mount(f"{base}/v1", door)
    if ag_ui:
        from swell.chat.api.ag_ui import AGUIDoor

        app.mount(f"{base}/ag-ui", AGUIDoor(handler, api_key=api_key, make_settings=make_settings))
