"""How the values of settings are written: one function for each way, from text to the value.

Each raises `ValueError` with the expected form; `table.py` adds the name of the setting and where
the text came from.
"""

from __future__ import annotations

import ipaddress
import math
import re
from pathlib import Path
from urllib.parse import urlsplit

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


def _is_folder(path: str) -> bool:
    """Return whether there is a folder; a path that cannot be one is none."""
    try:
        return Path(path).is_dir()
    except OSError:  # such as a name that is too long
        return False


def folders(text: str) -> tuple[str, ...]:
    """Folders to serve, separated by commas, each as `/path@folder`."""
    found = _items(text)
    for item in found:
        path, at, folder = item.partition("@")
        if not at or not path.strip("/") or path.split("/")[1:2] in (["_s"], ["_f"]):
            raise ValueError(f"expected `/path@folder`, such as `/docs@handbook`, got `{item}`")
        if not _is_folder(folder):
            raise ValueError(f"there is no folder {folder!r}")
    return tuple(found)


def listen(text: str) -> dict[str, str]:
    """Split Wave's `host:port`; without a host the safe default of `host` stays."""
    host, colon, port = text.rpartition(":")
    if not colon:
        raise ValueError("expected `host:port` or `:port`")
    host = host.strip("[]")
    return {"port": port, **({"host": host} if host else {})}


# -------------------------------------------------------------------------------- OpenID Connect


def web_url(text: str) -> str:
    """An address over https, or over http on this machine."""
    try:
        url = urlsplit(text)
        host, port = url.hostname, url.port
    except ValueError:
        raise ValueError("expected an address such as `https://login.example.com`") from None
    del port
    if not host or url.scheme not in ("https", "http") or not text.isprintable() or " " in text:
        raise ValueError("expected an address such as `https://login.example.com`")
    if url.username is not None or url.fragment:
        raise ValueError("expected an address without a user and without `#`")
    if url.scheme == "http" and not is_loopback(host):
        raise ValueError("expected https; http works for addresses of this machine only")
    return text


def folder(text: str) -> str:
    """Return the path of a folder, which has to be there."""
    if not _is_folder(text):
        raise ValueError("expected the path of a folder")
    return text


def access_key_secret(text: str) -> str:
    """Return the secret of an access key; the one that H2O Wave documents is no secret."""
    if text == "access_key_secret":
        raise ValueError("expected a secret; everyone knows the default of H2O Wave")
    return text


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine, without asking DNS."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost" or host.lower().endswith(".localhost")


def issuer(text: str) -> str:
    """The issuer of an OpenID provider."""
    url = web_url(text)
    if url.endswith(DISCOVERY):
        raise ValueError(f"expected the issuer, which is the part before `{DISCOVERY}`")
    if "?" in url:
        raise ValueError("expected an address without `?`")
    return url


DISCOVERY = "/.well-known/openid-configuration"
"""Where a provider publishes its addresses, below its issuer."""


def redirect_url(text: str) -> str:
    """The address that a provider sends browsers back to."""
    url = web_url(text)
    if not re.search(r"/_auth/callback(/[a-z0-9-]+)?$", url):
        raise ValueError("expected an address that ends in `/_auth/callback` or below")
    return url


def scopes(text: str) -> tuple[str, ...]:
    """Scopes, separated by commas or spaces; `openid` is always there."""
    found = tuple(text.replace(",", " ").split())
    if any(not re.fullmatch(r"[\x21\x23-\x5b\x5d-\x7e]+", scope) for scope in found):
        raise ValueError("expected scopes such as `openid,profile,email`")
    return found if "openid" in found else ("openid", *found)


def provider_name(text: str) -> str:
    """The name of a provider in addresses."""
    if not re.fullmatch(r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?", text):
        raise ValueError("expected 1 to 32 small letters, digits and `-`")
    if text in ("anon", "api", "browser"):  # how users without sign-in are named
        raise ValueError(f"the name `{text}` has another meaning")
    return text


_OURS = {
    "client_id",
    "code_challenge",
    "code_challenge_method",
    "nonce",
    "redirect_uri",
    "request",
    "request_uri",
    "response_mode",
    "response_type",
    "scope",
    "state",
}
"""Parameters of a request to sign in that may not be replaced."""


def parameters(text: str) -> tuple[str, ...]:
    """Parameters of the request to sign in, separated by commas, each as `name:value`."""
    found = _items(text)
    for item in found:
        name, colon, value = item.partition(":")
        if not colon or not value or not re.fullmatch(r"[A-Za-z0-9._-]+", name):
            raise ValueError(f"expected `name:value`, such as `prompt:consent`, got `{item}`")
        if name in _OURS:
            raise ValueError(f"the parameter `{name}` cannot be set")
    return found


LIMITS = {
    "prompts_per_minute": whole,
    "prompts_per_day": whole,
    "tokens_per_day": whole,
    "money_per_day": number_of,
    "attachments_per_day": whole,
    "storage_bytes": size,
    "runs": whole,
}
"""The limits that `budgets` names, each with how its value is written."""

_ROLE = r"[a-z0-9][a-z0-9_-]*"


def budgets(text: str) -> tuple[str, ...]:
    """Limits of roles, separated by commas, each as `role: limit=value limit=value`."""
    found = _items(text)
    for item in found:
        role, limits = budget(item)
        if role == "total" and "runs" in limits:
            raise ValueError("`total` takes no `runs`; `runs_max` bounds each process")
    if len({budget(item)[0] for item in found}) < len(found):
        raise ValueError("a role is named twice")
    return found


def budget(text: str) -> tuple[str, dict[str, float]]:
    """One role and its limits."""
    role, colon, rest = text.partition(":")
    role = role.strip()
    if not colon or not re.fullmatch(_ROLE, role):
        raise ValueError("expected `role: limit=value`, such as `staff: runs=8`")
    limits: dict[str, float] = {}
    for pair in rest.split():
        name, _, value = pair.partition("=")
        if name not in LIMITS:
            raise ValueError(f"`{pair}` is no limit; there are {', '.join(LIMITS)}")
        try:
            limits[name] = LIMITS[name](value)
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None
        if limits[name] < 0:
            raise ValueError(f"{name}: expected 0 or more")
    if not limits:
        raise ValueError(f"`{role}` has no limits")
    return role, limits


def prices(text: str) -> tuple[str, ...]:
    """Prices of models, separated by commas, each as `model=input/output`."""
    found = _items(text)
    for item in found:
        price(item)
    return found


def price(text: str) -> tuple[str, float, float]:
    """The name of a model, maybe with `*`, and its prices for a million tokens."""
    model, _, both = text.rpartition("=")
    read, slash, written = both.partition("/")
    try:
        costs = number_of(read), number_of(written)
    except ValueError:
        costs = -1.0, -1.0
    if not model.strip() or not slash or min(costs) < 0:
        raise ValueError(
            "expected `model=input/output`, such as `gpt-5*=1.25/10`, for a million tokens each"
        )
    return model.strip(), *costs


def currency(text: str) -> str:
    """A code of three letters."""
    if not re.fullmatch(r"[A-Za-z]{3}", text):
        raise ValueError("expected a code of three letters, such as `USD`")
    return text.upper()
