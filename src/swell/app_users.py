"""AppUsers: the sign-in of an application, its accounts, and its page for administrators."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .audit.keeper import AuditKeeper
    from .auth.members import Members
    from .auth.sign_in import SignIn
    from .backplane.base import Backplane
    from .chat.store.engines.base import Engine
    from .server.route import Route
    from .server.sign_in import Holder
    from .settings.table import Settings

__all__ = ["AppUsers"]


class AppUsers:
    """Who uses an application, while it runs.

    Attributes:
        sign_in: Sign-in through Swell; None without it.
        members: Accounts of users who sign in elsewhere; None unless the setting `admins` names
            administrators, for whom they are kept.
    """

    def __init__(self) -> None:
        self.sign_in: SignIn | None = None
        self.members: Members | None = None
        self._audit: AuditKeeper | None = None

    async def open(
        self,
        settings: Settings,
        database: Engine | None,
        app: str,
        title: Callable[[], str],
        *,
        elsewhere: bool,
    ) -> None:
        """Open what the settings ask for.

        Args:
            settings: Those of the application.
            database: The server of the settings; None if the database is a file or in memory.
            app: Name of the app, which names the default file.
            title: Returns the title of the app.
            elsewhere: Whether a proxy or `identify=` names the users.

        Raises:
            SettingError: If a provider cannot be used, or a setting is about signed-in users and
                no user can sign in.
            StoreUnavailableError: If the database cannot be used.
        """
        from .rights import check_sign_in

        check_sign_in(settings, elsewhere or settings.signs_in)
        if settings.signs_in:
            from .auth.open import open_sign_in

            self.sign_in = await open_sign_in(settings, database, app, title)
        elif elsewhere and settings.admins:
            from .auth.open import open_members

            self.members = await open_members(settings, database, app)

    async def start(
        self,
        backplane: Backplane,
        holders: Iterable[Holder],
        database: Engine | None,
        settings: Settings,
    ) -> None:
        """Watch for sign-ins that end and accounts that change, and keep the audit log.

        Args:
            backplane: An open one.
            holders: What acts for sign-ins.
            database: Where the audit log is, unless there are accounts; None for nowhere.
            settings: Those of the application.
        """
        keepers: list[SignIn | Members | None] = [self.sign_in, self.members]
        for keeper in keepers:
            if keeper is not None:
                for holder in holders:
                    keeper.watch(holder)
                await keeper.start(backplane)
        kept = self.sign_in or self.members
        engine = database if kept is None else kept.engine
        if engine is not None:
            from .audit.keeper import AuditKeeper
            from .audit.log import AuditLog

            self._audit = AuditKeeper(AuditLog(engine), settings.audit_keep_s)
            self._audit.start()

    def refused(self, reason: str, address: str, about: str) -> None:
        """Write into the audit log that a request was refused; see `AuditKeeper.refused`."""
        if self._audit is not None:
            self._audit.refused(reason, address, about)

    async def close(self) -> None:
        """Stop, and disconnect."""
        audit, self._audit = self._audit, None
        if audit is not None:
            await audit.close()
        keepers: list[SignIn | Members | None] = [self.sign_in, self.members]
        self.sign_in = self.members = None
        for keeper in keepers:
            if keeper is not None:
                await keeper.close()

    @property
    def administered(self) -> bool:
        """Whether there is a page for administrators."""
        return self.sign_in is not None or self.members is not None

    def admin_page(
        self, chats: Mapping[str, Any], settings: Settings, title: Callable[[], str]
    ) -> Route | None:
        """Return the route of the page for administrators; None without accounts."""
        keeper = self.sign_in or self.members
        if keeper is None:
            return None
        from .admin.page import AdminPage

        return AdminPage(keeper, chats, settings, title).route()
