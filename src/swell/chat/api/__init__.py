"""Endpoints for other programs: OpenAI's chat API and AG-UI, both off by default."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from swell.chat.runs.budgets import Budgets
from swell.chat.runs.names import Names
from swell.settings.table import Settings

if TYPE_CHECKING:
    from starlette.types import ASGIApp

__all__ = ["add_endpoints"]


class Application(Protocol):
    """The attributes of an application that endpoints use."""

    @property
    def running(self) -> Settings:
        """The settings in use, among them the API key."""

    def mount(self, path: str, app: ASGIApp) -> None:
        """Serve an ASGI application below a path."""

    def refused(self, reason: str, scope: Mapping[str, Any]) -> None:
        """Write into the audit log that a request was refused."""


def add_endpoints(
    app: Application,
    route: str,
    handler: Callable[..., Any],
    make_settings: Callable[[dict[str, Any]], Any],
    names: Names,
    *,
    title: str,
    openai: bool,
    ag_ui: bool,
    budgets: Callable[[], Budgets | None] = lambda: None,
) -> None:
    """Add endpoints below the route of a chat: `v1` for OpenAI's API, `ag-ui` for AG-UI.

    Args:
        app: The application.
        route: Path of the chat.
        handler: Its function.
        make_settings: Makes `turn.settings` from values by name.
        names: The commands and mentions that the chat offers.
        title: Name of the chat; the name of the model is made of it.
        openai: Add the first.
        ag_ui: Add the second.
        budgets: Returns the budgets of the chat.
    """
    base = route.rstrip("/")
    common: dict[str, Any] = {
        "api_key": lambda: app.running.api_key,
        "make_settings": make_settings,
        "names": names,
        "settings": lambda: app.running,
        "budgets": budgets,
        "refused": app.refused,
    }
    if openai:
        from swell.chat.api.openai import OpenAIEndpoint

        name = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or "chat"
        app.mount(f"{base}/v1", OpenAIEndpoint(handler, name=name, **common))
    if ag_ui:
        from swell.chat.api.ag_ui import AGUIEndpoint

        app.mount(f"{base}/ag-ui", AGUIEndpoint(handler, **common))
