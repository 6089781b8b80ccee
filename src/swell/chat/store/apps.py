"""Apps: the owners of users, chats and files.

Everything belongs to a user, and a user belongs to an app: the same subject is another user
in another app. Conversations of earlier versions have the app name "" and go to the app that
opens the store first.
"""

from __future__ import annotations

from sqlalchemy import bindparam, func, select, update

from .engines.base import Tx
from .tables import leftovers, users

__all__ = ["claim", "listed"]

_TAKEN = select(users.c.subject).where(users.c.app == bindparam("app"))
_CLAIM = (
    update(users)
    .where(users.c.app == "", users.c.subject.not_in(_TAKEN))
    .values(app=bindparam("new_app"))
)
_CLAIM_LEFT = update(leftovers).where(leftovers.c.app == "").values(app=bindparam("new_app"))
_LISTED = select(users.c.app, func.count()).group_by(users.c.app).order_by(users.c.app)


def claim(tx: Tx, app: str) -> int:
    """Assign records without an app to an app; return the number of users."""
    tx.run(_CLAIM_LEFT, new_app=app)
    return tx.run(_CLAIM, app=app, new_app=app)


def listed(tx: Tx) -> dict[str, int]:
    """Return how many users each app has."""
    return {row[0]: row[1] for row in tx.rows(_LISTED)}
