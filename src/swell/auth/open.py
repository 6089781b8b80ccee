"""Opens the sign-in that the settings ask for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from swell.chat.store import open_store
from swell.chat.store.engines.base import Engine
from swell.errors import SettingError
from swell.settings.table import Settings

from .base import PasswordProvider, RemoteProvider
from .members import Members
from .oidc.config import provider_configs
from .oidc.provider import OidcProvider
from .passwords import Passwords
from .routes import sign_in_routes
from .sign_in import SignIn

__all__ = ["open_members", "open_sign_in"]


async def open_sign_in(
    settings: Settings, database: Engine | None, app: str, title: Callable[[], str]
) -> SignIn | None:
    """Return the sign-in of an application; None if the settings name no provider.

    Args:
        settings: Those of the application.
        database: The server of the settings; None if the database is a file or in memory.
        app: Name of the app, which names the default file.
        title: Returns the title of the app.

    Raises:
        SettingError: If a provider cannot be used.
        StoreUnavailableError: If the database cannot be used.
    """
    password, remotes = _providers(settings)
    if password is None and not remotes:
        return None
    if settings.user_header is not None:
        raise SettingError(
            "user_header",
            "the settings",
            "the proxy names the user already; leave out the other ways to sign in",
        )
    if settings.workers > 1 and database is None:
        needed = (
            f"sign-in in {settings.workers} processes needs PostgreSQL: set SWELL_DATABASE_URL to "
            "postgresql://user:password@host/name, or leave out --workers"
        )
        raise SettingError("workers", "`swell run`", needed)
    engine = database
    if engine is None:
        engine = open_store(settings.database_url, app=app, source="the settings").engine
    made = SignIn(
        settings,
        engine,
        password,
        remotes,
        title=title,
        pages=sign_in_routes,
        owned=database is None,
    )
    if database is None:
        await engine.open()
    return made


async def open_members(settings: Settings, database: Engine | None, app: str) -> Members:
    """Return the accounts of users who sign in elsewhere; the arguments are as above.

    Raises:
        StoreUnavailableError: If the database cannot be used.
    """
    engine = database
    if engine is None:
        engine = open_store(settings.database_url, app=app, source="the settings").engine
        await engine.open()
    return Members(engine, owned=database is None)


def _providers(settings: Settings) -> tuple[PasswordProvider | None, list[RemoteProvider]]:
    """Return the providers that the settings name."""
    password: PasswordProvider | None = None
    if settings.password_file is not None:
        password = Passwords(Path(settings.password_file).expanduser())
    configs = provider_configs(settings)
    qualified = len(configs) + (password is not None) > 1
    return password, [OidcProvider(config, qualified=qualified) for config in configs]
