"""Where the server is, and the access key: given, or read from the environment."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

__all__ = ["Access", "read_access"]

ADDRESS = "http://127.0.0.1:10101"
KEY_ID = "access_key_id"


class Access(NamedTuple):
    """A server and a key to it.

    Attributes:
        address: `http://host:port` or `https://host:port`, without a path.
        prefix: Path under which a proxy serves everything; empty for none.
        key_id: Name of the key.
        key_secret: Its secret; empty for none.
        connect_s: How long to wait for a server that does not listen yet, in seconds.
    """

    address: str
    prefix: str
    key_id: str
    key_secret: str
    connect_s: float

    @property
    def headers(self) -> dict[str, str]:
        """The headers that prove the key."""
        if not self.key_secret:
            return {}
        pair = f"{self.key_id}:{self.key_secret}".encode()
        return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}


def read_access(
    environ: Mapping[str, str],
    address: str | None = None,
    key_id: str | None = None,
    key_secret: str | None = None,
) -> Access:
    """Return a server and the key to it.

    `SWELL_*` wins over `H2O_WAVE_*`: `ADDRESS`, `BASE_URL`, `ACCESS_KEY_ID`, `ACCESS_KEY_SECRET`,
    `CONNECTION_TIMEOUT`. The address may have a path, which then is the base URL.

    Args:
        environ: Usually `os.environ`.
        address: Instead of that in the environment. key_id, key_secret: The same.

    Raises:
        ValueError: If the address or the time cannot be used.
    """

    def read(name: str, default: str = "") -> str:
        return environ.get(f"SWELL_{name}") or environ.get(f"H2O_WAVE_{name}") or default

    given = address or read("ADDRESS", ADDRESS)
    try:
        parts = urlsplit(given)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"expected an address such as {ADDRESS}, got {given!r}")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    place = f"{parts.scheme}://{host}" + (f":{port}" if port is not None else "")
    prefix = parts.path.rstrip("/") or ("" if address else read("BASE_URL").rstrip("/"))
    try:
        connect_s = float(read("CONNECTION_TIMEOUT", "0"))
    except ValueError:
        raise ValueError("H2O_WAVE_CONNECTION_TIMEOUT is a number of seconds") from None
    return Access(
        place,
        "/" + prefix.strip("/") if prefix.strip("/") else "",
        key_id or read("ACCESS_KEY_ID", KEY_ID),
        key_secret or read("ACCESS_KEY_SECRET"),
        connect_s,
    )
