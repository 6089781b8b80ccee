"""How the values of settings are written: one function for each way, from text to the value.

Each raises `ValueError` with the expected form; `table.py` adds the name of the setting and where
the text came from.
"""

from __future__ import annotations

import ipaddress
import math
import re
from pathlib import Path

_DURATION_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_SIZE_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}


def duration(text: str) -> float:
    """Seconds of `2.5`, `5s`, `250ms` or `1h30m`."""
    try:
        seconds = float(text)
    except ValueError:
        parts = re.findall(r"(\d+(?:\.\d+)?)(ms|s|m|h)", text)
        if not parts or "".join(number + unit for number, unit in parts) != text:
            raise ValueError(
                "expected seconds, such as `30`, or a duration, such as `1m30s`"
            ) from None
        seconds = sum(float(number) * _DURATION_UNITS[unit] for number, unit in parts)
    if not math.isfinite(seconds):
        raise ValueError("expected a finite number of seconds")
    return seconds


def number_of(text: str) -> float:
    """A finite number."""
    try:
        number = float(text)
    except ValueError:
        raise ValueError("expected a number") from None
    if not math.isfinite(number):
        raise ValueError("expected a finite number")
    return number


def whole(text: str) -> int:
    """A whole number."""
    if not re.fullmatch(r"[+-]?[0-9]+", text):
        raise ValueError("expected a whole number")
    return int(text)


def switch(text: str) -> bool:
    """True of `on`, `yes`, `true` or `1`; False of their opposites."""
    on = {"on": True, "yes": True, "true": True, "1": True}
    off = {"off": False, "no": False, "false": False, "0": False}
    if (value := (on | off).get(text.lower())) is None:
        raise ValueError("expected `on` or `off`")
    return value


def size(text: str) -> int:
    """Bytes of `262144`, `256K`, `25M` or `1GiB`; the units are powers of 1024."""
    match = re.fullmatch(r"([0-9]+) ?([kmg]?)(?:i?b)?", text.lower())
    if match is None:
        raise ValueError("expected bytes, such as `262144`, `256K` or `25M`")
    return int(match[1]) * _SIZE_UNITS[match[2]]


def _items(text: str) -> tuple[str, ...]:
    return tuple(item.strip() for item in text.split(",") if item.strip())


def base_url(text: str) -> str:
    """`/` or `/x/y`: one leading slash, none at the end."""
    path = "/" + text.strip("/")
    if not re.fullmatch(r"/|(?:/[A-Za-z0-9._~-]+)+", path) or {".", ".."} & set(path.split("/")):
        raise ValueError("expected a path such as `/` or `/apps/chat` (letters, digits and `._~-`)")
    return path


_NAME = r"[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?)*"
_DEFAULT_PORTS = {"http": "80", "https": "443"}


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _allowed_host(text: str) -> str:
    host = text.lower()
    if not (re.fullmatch(_NAME, host) or _is_ip(host.strip("[]"))):
        raise ValueError(
            f"{text!r} is not a host name; write it as a browser sends it, without port and "
            "without `*` (an international name in its `xn--` form)"
        )
    return host


def _allowed_origin(text: str) -> str:
    """The origin as a browser writes it: lower case, no default port, no path."""
    match = re.fullmatch(
        rf"(https?)://({_NAME}|\[[0-9a-f:.]+\])(?::([0-9]{{1,5}}))?/?", text.lower()
    )
    if match is None or (match[2][0] == "[" and not _is_ip(match[2][1:-1])):
        raise ValueError(
            f"{text!r} is not an origin; write scheme, host and port, as in "
            "`https://chat.example.com` (no path, no `*`, an international name in `xn--` form)"
        )
    scheme, host, port = match.groups()
    return f"{scheme}://{host}" + (f":{port}" if port and port != _DEFAULT_PORTS[scheme] else "")


def _trusted_proxy(text: str) -> str:
    try:
        ipaddress.ip_network(text)
    except ValueError:
        raise ValueError(f"{text!r} is not an IP address or network such as `10.0.0.0/8`") from None
    return text


def cookie_name(text: str) -> str:
    """Name of a cookie, without the prefixes that browsers give a meaning to."""
    if not re.fullmatch(r"[A-Za-z0-9_.-]+", text) or text.startswith("__"):
        raise ValueError("expected the name of a cookie: letters, digits and `_.-`, not `__` first")
    return text


def header_name(text: str) -> str:
    """Name of an HTTP header; upper and lower case mean the same."""
    if not re.fullmatch(r"[A-Za-z0-9-]+", text):
        raise ValueError("expected the name of a header, such as `X-Forwarded-User`")
    return text


def database_url(text: str) -> str:
    """Where conversations are kept; all beyond the scheme is for the database to say."""
    scheme = text.partition("://")[0] if "://" in text else "sqlite"
    if scheme not in ("sqlite", "postgresql", "postgres"):
        raise ValueError(
            "expected `sqlite:///file.db`, a path, `postgresql://user:password@host/name`, "
            "`default` or `memory`"
        )
    return text


_BACKPLANE = r"(postgres(ql)?|(valkeys?|rediss?)(\+sentinel)?)://.+"


def backplane(text: str) -> str:
    """What carries news; all beyond the scheme is for the backplane to say."""
    if text not in ("auto", "memory") and not re.fullmatch(_BACKPLANE, text):
        raise ValueError(
            "expected `valkey://host:6379`, `redis://host:6379`, `valkey+sentinel://host/service`, "
            "`postgresql://user:password@host/name`, `auto` or `memory`"
        )
    return text


def origins(text: str) -> tuple[str, ...]:
    """Origins, separated by commas, as browsers write them."""
    return tuple(map(_allowed_origin, _items(text)))


def hosts(text: str) -> tuple[str, ...]:
    """Host names, separated by commas."""
    return tuple(map(_allowed_host, _items(text)))


def proxies(text: str) -> tuple[str, ...]:
    """Addresses and networks, separated by commas."""
    return tuple(map(_trusted_proxy, _items(text)))


def folders(text: str) -> tuple[str, ...]:
    """Folders to serve, separated by commas, each as `/path@folder`."""
    found = _items(text)
    for item in found:
        path, at, folder = item.partition("@")
        if not at or not path.strip("/") or path.split("/")[1:2] in (["_s"], ["_f"]):
            raise ValueError(f"expected `/path@folder`, such as `/docs@handbook`, got `{item}`")
        if not Path(folder).is_dir():
            raise ValueError(f"there is no folder {folder!r}")
    return tuple(found)


def listen(text: str) -> dict[str, str]:
    """Split Wave's `host:port`; without a host the safe default of `host` stays."""
    host, colon, port = text.rpartition(":")
    if not colon:
        raise ValueError("expected `host:port` or `:port`")
    host = host.strip("[]")
    return {"port": port, **({"host": host} if host else {})}
