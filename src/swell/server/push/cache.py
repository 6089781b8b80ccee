"""Values that programs keep on the server, by shard and key, until it stops."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from swell.errors import LimitError, PushError
from swell.settings.table import Settings

from .routes import guarded, read_body

__all__ = ["Cache"]

NAME_MAX = 500
VALUES_MAX = 100_000


class Cache:
    """The cached values, in JSON.

    Args:
        settings: The access key, and bounds.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._shards: dict[str, dict[str, bytes]] = {}
        self._size = self._count = 0

    def get(self, shard: str, key: str) -> bytes | None:
        """Return a value; None if there is none."""
        return self._shards.get(shard, {}).get(key)

    def keys(self, shard: str) -> list[str]:
        """Return the keys of a shard."""
        return list(self._shards.get(shard, ()))

    def set(self, shard: str, key: str, value: bytes) -> None:
        """Keep a value.

        Raises:
            LimitError: If there is no space for it.
        """
        if not shard or not key or len(shard) + len(key) > NAME_MAX or "\n" in key:
            raise PushError(f"{shard}/{key}", "bad_name", "expected a short shard and key")
        before = self.get(shard, key)
        size = self._size + len(value) + (0 if before is None else -len(before))
        if size > self._settings.cache_max_bytes or (before is None and self._count >= VALUES_MAX):
            limit = f"{self._settings.cache_max_bytes:,} bytes (setting cache_max_bytes)"
            raise LimitError("the space of site.cache", limit)
        self._size = size
        self._count += before is None
        self._shards.setdefault(shard, {})[key] = value

    def routes(self) -> list[Route]:
        """Return the routes of the cache."""

        async def read(request: Request) -> Response:
            found = self.get(request.path_params["shard"], request.path_params["key"])
            return Response(found or b"", 200 if found is not None else 404)

        async def names(request: Request) -> Response:
            return Response("\n".join(self.keys(request.path_params["shard"])))

        async def write(request: Request) -> Response:
            value = await read_body(request, self._settings.push_max_bytes)
            self.set(request.path_params["shard"], request.path_params["key"], value)
            return Response()

        path = "/_c/{shard}/{key:path}"
        return [
            Route(path, guarded(read, self._settings), methods=["GET"]),
            Route(path, guarded(write, self._settings), methods=["PUT"]),
            Route("/_c/{shard}", guarded(names, self._settings), methods=["GET"]),
        ]
