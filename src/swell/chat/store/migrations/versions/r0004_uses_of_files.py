"""Which messages refer to which files, so that those can go to which none does."""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_REFERENCE = re.compile("stored:([0-9a-f]{32})")


def upgrade() -> None:
    """Note the uses that there are; all files are looked at soon, also those left long ago.

    It reads all parts, once: about a second for a million of them.
    """
    id_ = sa.String(length=32)
    op.create_table(
        "file_uses",
        sa.Column("message_id", id_, nullable=False),
        sa.Column("file_id", id_, nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("message_id", "file_id"),
    )
    op.create_index("file_uses_file", "file_uses", ["file_id"], unique=False)
    op.create_table(
        "leftovers",
        sa.Column("id", id_, nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.add_column("files", sa.Column("due", sa.Double(), nullable=True))
    op.create_index(
        "files_due",
        "files",
        ["due"],
        unique=False,
        sqlite_where=sa.text("due IS NOT NULL"),
        postgresql_where=sa.text("due IS NOT NULL"),
    )
    bound = op.get_bind()
    known = {row[0] for row in bound.execute(sa.text("SELECT id FROM files"))}
    found = bound.execute(sa.text("SELECT message_id, body FROM parts WHERE body LIKE '%stored:%'"))
    uses = {
        (message, file)
        for message, body in found
        for file in _REFERENCE.findall(body)
        if file in known
    }
    if uses:
        bound.execute(
            sa.text("INSERT INTO file_uses (message_id, file_id) VALUES (:message, :file)"),
            [{"message": message, "file": file} for message, file in sorted(uses)],
        )
    op.execute("UPDATE files SET due = created + 86400")
