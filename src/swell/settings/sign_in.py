"""Settings of sign-in and sessions."""

from __future__ import annotations

from typing import Annotated

from swell.settings import values as values
from swell.settings import who as who

from .about import About
from .data import DataSettings


class SignInSettings(DataSettings, frozen=True, kw_only=True):
    """Sign-in and sessions."""

    user_header: Annotated[
        str | None,
        About(
            "Request header with the signed-in user, set by a proxy, such as `X-Forwarded-User`. "
            "It is trusted from addresses in `trusted_proxies` only; requests without it, or not "
            "through the proxy, are refused.",
            parse=values.header_name,
        ),
    ] = None
    password_file: Annotated[
        str | None,
        About(
            "File with the users who sign in with a password; `swell users add NAME` makes it. "
            "Without it, and without another way to sign in, each browser counts as one user.",
        ),
    ] = None
    sign_in_title: Annotated[
        str | None,
        About("Title of the sign-in page. The default is the title of the first `@chat`."),
    ] = None
    sign_in_logo: Annotated[
        str | None,
        About("File with a logo for the sign-in page: PNG, JPEG, WebP or SVG, at most 1 MiB."),
    ] = None
    sign_in_idle_s: Annotated[
        float,
        About(
            "How long a user stays signed in after the last use of the app.",
            60,
            10 * 365 * 86400,
            "SESSION_INACTIVITY_TIMEOUT",
        ),
    ] = 14 * 86400.0
    sign_in_total_s: Annotated[
        float,
        About(
            "After how long a user must sign in again, however often the app is used.",
            60,
            10 * 365 * 86400,
        ),
    ] = 90 * 86400.0
    secret_key: Annotated[
        str | None,
        About(
            "Key that signs session cookies, at least 32 characters. Without it, `@chat` keeps one "
            "in the database if that is PostgreSQL, else in the folder of the default database. "
            "Other apps create a random key at each start, which ends all earlier sessions.",
            least=32,
            secret=True,
        ),
    ] = None
    session_cookie: Annotated[
        str | None,
        About(
            "Name of the session cookie. The default is `swell_session`, followed by the "
            "port and the path of the browser's address, if it has them.",
            parse=values.cookie_name,
        ),
    ] = None
    session_total_age_s: Annotated[
        float,
        About(
            "Total lifetime of a browser's session, however often it is used. "
            "Without sign-in, its conversations are unreachable after that.",
            60,
            100 * 365 * 86400,
        ),
    ] = 2 * 365 * 86400.0
    session_max_age_s: Annotated[
        float,
        About(
            "How long a browser's session cookie is valid after the last visit.",
            60,
            10 * 365 * 86400,
            "SESSION_EXPIRY",
        ),
    ] = 30 * 86400.0
    admins: Annotated[
        tuple[str, ...],
        About(
            "Users with the role `admin`, comma separated: a name, a verified e-mail address, "
            "`group:NAME`, `domain:example.com` or `claim:NAME=VALUE`. They have all rights and "
            "see the admin page at `/_admin`.",
            parse=who.names,
        ),
    ] = ()
    roles: Annotated[
        tuple[str, ...],
        About(
            "Roles of the app and who has them, such as `editor=group:staff,domain:example.com`. "
            "Users are named as in `admins`.",
            parse=who.roles,
        ),
    ] = ()
    rights: Annotated[
        tuple[str, ...],
        About(
            "Which roles may see the settings form, make links, download and import chats, such "
            "as `share=editor,export=none`. A right that is not named is of all members.",
            parse=who.rights,
        ),
    ] = who.DEFAULT_RIGHTS
    allowed_domains: Annotated[
        tuple[str, ...],
        About(
            "Domains of verified e-mail addresses whose users may use the app, comma separated. "
            "Without it all may. A user has to be on each allow-list that is set.",
            parse=who.domains,
        ),
    ] = ()
    allowed_groups: Annotated[
        tuple[str, ...],
        About("Groups whose members may use the app, comma separated.", parse=who.items),
    ] = ()
    allowed_claims: Annotated[
        tuple[str, ...],
        About(
            "Claims of the identity provider of which a user needs one, comma separated, such as "
            "`department=sales`.",
            parse=who.claims,
        ),
    ] = ()
