"""Links to shared threads: a table with the hashes of their tokens, which stood in clear before."""

from __future__ import annotations

import hashlib
import time

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_KEPT = "n, id, user_id, title, created, updated, pinned, archived, leaf_id, deleted"


def upgrade() -> None:
    """Make the table, move the links there, and drop the tokens. Old links keep working."""
    id_ = sa.String(length=32)
    op.create_table(
        "shares",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("thread_id", id_, nullable=False),
        sa.Column("created", sa.Double(), nullable=False),
        sa.Column("expires", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["thread_id"], ["threads.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("hash"),
    )
    op.create_index("shares_thread", "shares", ["thread_id", "created"], unique=False)
    some = sa.text("expires IS NOT NULL")
    op.create_index(
        "shares_expire",
        "shares",
        ["expires"],
        unique=False,
        sqlite_where=some,
        postgresql_where=some,
    )
    bound = op.get_bind()
    links = bound.execute(
        sa.text("SELECT share_token, id FROM threads WHERE share_token IS NOT NULL")
    ).all()
    if links:
        now = time.time()
        bound.execute(
            sa.text(
                "INSERT INTO shares (hash, thread_id, created) VALUES (:hash, :thread, :created)"
            ),
            [
                {
                    "hash": hashlib.sha256(token.encode()).hexdigest(),
                    "thread": thread,
                    "created": now,
                }
                for token, thread in links
            ],
        )
    if bound.dialect.name == "postgresql":
        # Emptied first: dropping a column leaves its values in the rows.
        op.execute("UPDATE threads SET share_token = NULL WHERE share_token IS NOT NULL")
        op.drop_column("threads", "share_token")
    else:
        _drop_from_sqlite()


def _drop_from_sqlite() -> None:
    """Make the table of threads anew, for SQLite cannot drop a unique column.

    The pages of the old one are overwritten, so that no token stays in the file.
    """
    before = op.get_bind().execute(sa.text("PRAGMA secure_delete")).scalar_one()
    op.execute("PRAGMA secure_delete = ON")
    op.create_table(
        "threads_without_tokens",
        sa.Column("n", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("created", sa.Double(), nullable=False),
        sa.Column("updated", sa.Double(), nullable=False),
        sa.Column("pinned", sa.SmallInteger(), nullable=False),
        sa.Column("archived", sa.SmallInteger(), nullable=False),
        sa.Column("leaf_id", sa.String(length=32), nullable=True),
        sa.Column("deleted", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("n"),
        sa.UniqueConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.execute(
        f"INSERT INTO threads_without_tokens ({_KEPT}) SELECT {_KEPT} FROM threads"  # noqa: S608
    )
    # Numbers of threads that are gone are not given again.
    op.execute("DELETE FROM sqlite_sequence WHERE name = 'threads_without_tokens'")
    op.execute(
        "INSERT INTO sqlite_sequence (name, seq)"
        " SELECT 'threads_without_tokens', seq FROM sqlite_sequence WHERE name = 'threads'"
    )
    op.drop_table("threads")
    op.rename_table("threads_without_tokens", "threads")
    op.create_index(
        "threads_listed",
        "threads",
        ["user_id", "archived", "pinned", "updated", "id"],
        unique=False,
        sqlite_where=sa.text("deleted IS NULL"),
    )
    op.create_index(
        "threads_deleted",
        "threads",
        ["deleted"],
        unique=False,
        sqlite_where=sa.text("deleted IS NOT NULL"),
    )
    op.execute(f"PRAGMA secure_delete = {int(before)}")
