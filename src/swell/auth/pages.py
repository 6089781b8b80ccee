"""The pages of sign-in, as HTML that needs no script."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import quote, urlencode

from swell.locales import Words, words_of
from swell.server.install import install_links

from .base import RemoteProvider
from .requests import browser_name
from .sign_ins import StoredSignIn

__all__ = ["STYLE", "Look", "login_page", "message_page", "sessions_page", "sign_out_page"]

STYLE = "/_auth/style.css"

_VIEWPORT = "width=device-width, initial-scale=1, viewport-fit=cover"


class Look(NamedTuple):
    """What all pages of an app have in common.

    Attributes:
        prefix: Where the server is mounted: empty or `/x`.
        title: Name of the app.
        logo: Address of its logo; empty for none.
        locale: Language of the page.
    """

    prefix: str
    title: str
    logo: str
    locale: str

    @property
    def words(self) -> Words:
        """The texts of the language."""
        return words_of(self.locale)

    def to(self, path: str, **query: str) -> str:
        """Return an address below `/_auth/`, escaped for an attribute."""
        asked = f"?{urlencode(query)}" if query else ""
        return html.escape(f"{quote(self.prefix)}/_auth/{path}{asked}")


def login_page(
    look: Look,
    *,
    return_to: str,
    with_password: bool,
    remotes: Sequence[RemoteProvider] = (),
    error: str = "",
    name: str = "",
) -> str:
    """Return the page to sign in.

    Args:
        look: What all pages of the app have in common.
        return_to: Address to continue at, as `safe_next` returns it.
        with_password: Whether a name and a password are a way to sign in.
        remotes: Providers to sign in with.
        error: Why the attempt before failed.
        name: The name that was entered before.
    """
    words = look.words
    parts = [_alert(error)] if error else []
    if with_password:
        parts.append(_form(look, return_to, error, name))
    if with_password and remotes:
        parts.append(f'<p class="or"><span>{html.escape(words.alternatively)}</span></p>')
    for remote in remotes:
        to = look.to(f"start/{remote.name}", next=return_to)
        parts.append(_link(to, words.sign_in_with.format(provider=remote.title)))
    heading = words.sign_in_to.format(title=look.title)
    return _page(look, words.sign_in, heading, parts)


def sign_out_page(look: Look, *, name: str, return_to: str) -> str:
    """Return the page of a browser that is signed in, with a button to sign out."""
    words = look.words
    parts = [
        f"<p>{html.escape(words.signed_in_as.format(name=name))}</p>",
        _link(html.escape(return_to), words.go_on, primary=True),
        _button(look, "logout", {}, words.sign_out),
        _foot(look.to("sessions"), words.sign_ins),
    ]
    return _page(look, words.sign_out, look.title, parts)


def message_page(
    look: Look, said: str, *, return_to: str = "", alert: bool = False, onward: str = ""
) -> str:
    """Return a page that says something, with a way to sign in.

    Args:
        look: What all pages of the app have in common.
        said: The text.
        return_to: Address to continue at after sign-in; empty for the start.
        alert: Whether the text is an error.
        onward: Address that the browser visits at once, such as one that signs the user out at a
            provider; empty to stay. A redirect would be an answer to a form, which may not lead to
            another host.
    """
    words = look.words
    to = look.to("login", **({"next": return_to} if return_to else {}))
    parts = [
        _alert(said) if alert else f"<p>{html.escape(said)}</p>",
        _link(to, words.sign_in, primary=True),
    ]
    return _page(look, words.sign_in, look.title, parts, onward)


def sessions_page(look: Look, *, name: str, here: str, sign_ins: Iterable[StoredSignIn]) -> str:
    """Return the page with the browsers in which a user is signed in.

    Args:
        look: What all pages of the app have in common.
        name: The user.
        here: Id of the sign-in of this browser.
        sign_ins: The sign-ins of the user.
    """
    words = look.words
    rows = []
    for one in sorted(sign_ins, key=lambda one: one.id != here):
        mark = f' <span class="here">{html.escape(words.this_browser)}</span>'
        used = words.last_used.format(time=_time(one.seen))
        since = words.signed_in_since.format(time=_time(one.created))
        said = f"{browser_name(one.agent)} · {one.address}" if one.address else one.agent
        label = f"{words.sign_out}: {browser_name(one.agent)}"
        rows.append(
            f"<li><div><strong>{html.escape(said)}</strong>{mark if one.id == here else ''}"
            f"<small>{used}</small><small>{since}</small></div>"
            f"{_button(look, 'sessions', {'id': one.id}, words.sign_out, label=label)}</li>"
        )
    parts = [
        f"<p>{html.escape(words.signed_in_as.format(name=name))}</p>",
        f'<ul class="sessions">{"".join(rows)}</ul>',
        _button(look, "sessions", {"id": "all"}, words.sign_out_everywhere),
        _foot(f"{html.escape(quote(look.prefix))}/", words.go_on),
    ]
    return _page(look, words.sign_ins, words.sign_ins, parts)


def _form(look: Look, return_to: str, error: str, name: str) -> str:
    words = look.words
    wrong = ' aria-invalid="true" aria-describedby="error"' if error else ""
    # The field to correct has the focus.
    first, second = ("", " autofocus") if name else (" autofocus", "")
    return (
        f'<form method="post" action="{look.to("password")}">'
        f'<input type="hidden" name="next" value="{html.escape(return_to)}">'
        f'<label for="name">{html.escape(words.user_name)}</label>'
        f'<input id="name" name="name" type="text" value="{html.escape(name)}" required'
        f' autocomplete="username" autocapitalize="none" spellcheck="false"{first}{wrong}>'
        f'<label for="password">{html.escape(words.password)}</label>'
        f'<input id="password" name="password" type="password" required'
        f' autocomplete="current-password"{second}{wrong}>'
        f'<button class="primary">{html.escape(words.sign_in)}</button></form>'
    )


def _button(look: Look, path: str, fields: dict[str, str], said: str, *, label: str = "") -> str:
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{html.escape(value)}">'
        for name, value in fields.items()
    )
    named = f' aria-label="{html.escape(label)}"' if label else ""
    return (
        f'<form method="post" action="{look.to(path)}">{hidden}'
        f"<button{named}>{html.escape(said)}</button></form>"
    )


def _link(to: str, said: str, *, primary: bool = False) -> str:
    return f'<a class="button{" primary" if primary else ""}" href="{to}">{html.escape(said)}</a>'


def _foot(to: str, said: str) -> str:
    return f'<p class="foot"><a href="{to}">{html.escape(said)}</a></p>'


def _alert(said: str) -> str:
    return f'<p id="error" class="error" role="alert">{html.escape(said)}</p>'


def _time(seconds: float) -> str:
    at = datetime.fromtimestamp(seconds, UTC)
    return f'<time datetime="{at:%Y-%m-%dT%H:%M:%SZ}">{at:%Y-%m-%d %H:%M} UTC</time>'


def _page(look: Look, title: str, heading: str, parts: Sequence[str], onward: str = "") -> str:
    language = look.words.language
    name = html.escape(f"{title} · {look.title}")
    logo = f'<img class="logo" src="{html.escape(look.logo)}" alt="">' if look.logo else ""
    leave = f'<meta http-equiv="refresh" content="0; url={html.escape(onward)}">' if onward else ""
    icon = install_links(prefix=look.prefix, route="/", title=look.title)[0]
    return (
        f'<!doctype html>\n<html lang="{language.tag}" dir="{language.direction}"><head>'
        f'<meta charset="utf-8"><meta name="viewport" content="{_VIEWPORT}">'
        f'<meta name="color-scheme" content="light dark"><title>{name}</title>{icon}{leave}'
        f'<link rel="stylesheet" href="{html.escape(quote(look.prefix))}{STYLE}"></head>'
        f"<body><main>{logo}<h1>{html.escape(heading)}</h1>{''.join(parts)}</main></body></html>\n"
    )
