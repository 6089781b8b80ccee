"""Users are stored with their first record: remove those who only opened the page."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"

_OWNERS = " UNION ".join(
    f"SELECT user_id FROM {table}"  # noqa: S608
    for table in ("threads", "actions", "files", "feedback")
)


def upgrade() -> None:
    """Remove users without a name and without other records."""
    op.execute(f"DELETE FROM users WHERE name IS NULL AND id NOT IN ({_OWNERS})")  # noqa: S608
