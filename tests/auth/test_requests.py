"""What the pages of sign-in read from requests."""

from __future__ import annotations

import pytest

from swell.auth.requests import browser_name, safe_next


@pytest.mark.parametrize(
    "path", ["/", "/demo", "/demo?x=1&y=a%20b", "/demo#t/1", "/a%2Fb", "/a//b"]
)
def test_a_path_of_the_app_is_continued_at(path: str) -> None:
    assert safe_next(path, "") == path


@pytest.mark.parametrize(
    "asked",
    [
        "",
        "demo",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\/evil.example",
        "/\t/evil.example",
        "\t//evil.example",
        "/\n/evil.example",
        " //evil.example",
        "https:evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "/x\r\nSet-Cookie: a=b",
        "/\u202eelpmaxe.live",
        "/_auth/logout",
        "/_auth",
        "/" + "x" * 3000,
    ],
)
def test_any_other_address_leads_to_the_start(asked: str) -> None:
    assert safe_next(asked, "") == "/"


def test_below_a_prefix_only_that_prefix_is_continued_at() -> None:
    assert safe_next("/chat/demo", "/chat") == "/chat/demo"
    assert safe_next("/chatter", "/chat") == "/chat/"
    assert safe_next("/", "/chat") == "/chat/"
    assert safe_next("/chat/_auth/logout", "/chat") == "/chat/"


CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
IPHONE = "(iPhone; CPU iPhone OS 18_5 like Mac OS X) Version/18.5 Mobile/15E148 Safari/604.1"


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (f"Mozilla/5.0 (X11; Linux x86_64) {CHROME}", "Chrome, Linux"),
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME} Edg/140.0.0.0", "Edge, Windows"),
        (f"Mozilla/5.0 {IPHONE}", "Safari, iPhone"),
        ("curl/8.5", "curl/8.5"),
        ("", "-"),
    ],
)
def test_a_browser_has_a_short_name(agent: str, name: str) -> None:
    assert browser_name(agent) == name
