"""`site` for code written for H2O Wave: what Wave ignores is a warning there, not an error."""

from __future__ import annotations

from typing import Any

from h2o_wave.rules import warn
from swell import remote
from swell.remote.site import AsyncPage as AsyncPage
from swell.remote.site import Page as Page

__all__ = ["AsyncPage", "AsyncSite", "Page", "Site", "site"]


class Site(remote.Site):
    """The pages and files of a server, for scripts, threads and notebooks."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"forgive": warn, **kwargs})


class AsyncSite(remote.AsyncSite):
    """The pages and files of a server, for async programs."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"forgive": warn, **kwargs})


site = Site()
"""The server in this process, else the one that the environment names."""
