"""To which app users and their chats belong; the app that opens a store next gets the old ones."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def _app() -> sa.Column[str]:
    """Name an app; empty for none yet, see `swell.chat.store.apps`."""
    return sa.Column("app", sa.Text(), nullable=False, server_default=sa.text("''"))


def upgrade() -> None:
    """Add the columns. A user is one in each app, so the table of users gets another key."""
    op.add_column("leftovers", _app())
    if op.get_bind().dialect.name == "postgresql":
        op.add_column("users", _app())
        op.execute("ALTER TABLE users DROP CONSTRAINT users_subject_key")
        op.create_unique_constraint("users_of_app", "users", ["app", "subject"])
        return
    # SQLite cannot drop the old key: the table is made anew. What refers to it does so by name.
    op.create_table(
        "users_of_apps",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("created", sa.Double(), nullable=False),
        _app(),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("app", "subject", name="users_of_app"),
    )
    op.execute(
        "INSERT INTO users_of_apps (id, subject, name, created)"
        " SELECT id, subject, name, created FROM users"
    )
    op.drop_table("users")
    op.rename_table("users_of_apps", "users")
