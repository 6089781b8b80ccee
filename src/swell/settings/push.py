"""Settings of pages that programs push: who may, and bounds."""

from __future__ import annotations

from typing import Annotated

from swell.settings import values as values

from .about import About
from .files import FileSettings


class PushSettings(FileSettings, frozen=True, kw_only=True):
    """Pages that programs push: who may, and bounds."""

    access_key_id: Annotated[
        str,
        About(
            "Name of the access key with which programs push pages and files (`site`).",
            least=1,
            wave="ACCESS_KEY_ID",
        ),
    ] = "access_key_id"
    access_key_secret: Annotated[
        str | None,
        About(
            "Secret of that key, at least 16 characters. Without it only programs on this machine "
            "may push, and only if `host` is an address of this machine alone.",
            least=16,
            secret=True,
            wave="ACCESS_KEY_SECRET",
            parse=values.access_key_secret,
        ),
    ] = None
    push_max_bytes: Annotated[
        int,
        About(
            "Largest request with which a program pushes to a page.",
            1024,
            1 << 30,
            wave="MAX_REQUEST_SIZE",
        ),
    ] = 5 << 20
    pushed_pages_max: Annotated[
        int, About("Pages that programs may have pushed at the same time.", 1, 100_000)
    ] = 100
    streams_max: Annotated[
        int, About("Picture streams that programs may send at the same time.", 0, 10_000)
    ] = 20
    cache_max_bytes: Annotated[
        int, About("Total size of the values in `site.cache`.", 0, 1 << 40)
    ] = 16 << 20
    proxy: Annotated[
        bool,
        About(
            "Let programs with the access key send requests to other servers through this one "
            "(`site.proxy`).",
            wave="PROXY",
        ),
    ] = False
