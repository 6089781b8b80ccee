"""Sign-ins that a browser has begun."""

from __future__ import annotations

from typing import Any

from swell.auth.base import Pending
from swell.auth.oidc.pending import PENDING_MAX, PENDING_S, PendingCookies
from swell.auth.sealed import Sealer


class Browser:
    """Keeps cookies as a browser does."""

    def __init__(self, scheme: str = "http") -> None:
        self.cookies: dict[str, str] = {}
        self.scheme = scheme

    @property
    def scope(self) -> dict[str, Any]:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {"scheme": self.scheme, "headers": [(b"cookie", cookies.encode())]}

    def take(self, *headers: tuple[bytes, bytes]) -> list[str]:
        for _, header in headers:
            pair, *attributes = header.decode().split("; ")
            name, _, value = pair.partition("=")
            if "Max-Age=0" in attributes:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
        return [header.decode() for _, header in headers]


def pending(state: str) -> Pending:
    return Pending(state, "nonce", "verifier")


KEPT = PendingCookies(Sealer(b"k" * 32))


def test_a_browser_keeps_a_sign_in_of_each_tab() -> None:
    browser = Browser()
    browser.take(*KEPT.keep(browser.scope, "oidc", pending("a"), "/one"))
    browser.take(*KEPT.keep(browser.scope, "corp", pending("b"), "/two"))
    first, second = KEPT.find(browser.scope, "a"), KEPT.find(browser.scope, "b")
    assert first is not None
    assert (first.provider, first.return_to, first.pending) == ("oidc", "/one", pending("a"))
    assert second is not None
    assert (second.provider, second.return_to) == ("corp", "/two")


def test_another_browser_cannot_finish_it() -> None:
    browser, other = Browser(), Browser()
    browser.take(*KEPT.keep(browser.scope, "oidc", pending("a"), "/"))
    assert KEPT.find(other.scope, "a") is None


def test_it_counts_once() -> None:
    browser = Browser()
    browser.take(*KEPT.keep(browser.scope, "oidc", pending("a"), "/"))
    browser.take(KEPT.drop(browser.scope, "a"))
    assert KEPT.find(browser.scope, "a") is None


def test_it_counts_for_ten_minutes() -> None:
    now = [1000.0]
    kept = PendingCookies(Sealer(b"k" * 32), lambda: now[0])
    browser = Browser()
    browser.take(*kept.keep(browser.scope, "oidc", pending("a"), "/"))
    now[0] += PENDING_S
    assert kept.find(browser.scope, "a") is not None
    now[0] += 1
    assert kept.find(browser.scope, "a") is None


def test_the_oldest_ones_are_forgotten() -> None:
    now = [1000.0]
    kept = PendingCookies(Sealer(b"k" * 32), lambda: now[0])
    browser = Browser()
    for number in range(PENDING_MAX + 2):
        now[0] += 1
        browser.take(*kept.keep(browser.scope, "oidc", pending(str(number)), "/"))
    assert len(browser.cookies) == PENDING_MAX
    assert kept.find(browser.scope, "1") is None
    assert kept.find(browser.scope, "2") is not None


def test_a_cookie_under_the_name_of_another_is_refused() -> None:
    browser = Browser()
    browser.take(*KEPT.keep(browser.scope, "oidc", pending("a"), "/"))
    [(name, value)] = browser.cookies.items()
    browser.take(*KEPT.keep(browser.scope, "oidc", pending("b"), "/"))
    browser.cookies[name] = browser.cookies.pop(next(n for n in browser.cookies if n != name))
    assert KEPT.find(browser.scope, "a") is None
    browser.cookies[name] = value[:-4] + "AAAA"
    assert KEPT.find(browser.scope, "a") is None


def test_over_tls_only_this_host_may_set_it() -> None:
    browser = Browser("https")
    [header] = browser.take(*KEPT.keep(browser.scope, "oidc", pending("a"), "/"))
    assert header.startswith("__Host-swell_pending_")
    assert header.endswith("; Path=/; Max-Age=600; HttpOnly; SameSite=Lax; Secure")
    browser.cookies = {name.removeprefix("__Host-"): v for name, v in browser.cookies.items()}
    assert KEPT.find(browser.scope, "a") is None
