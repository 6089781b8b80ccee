"""Bytes of files, for services of several machines without a shared directory."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add a table."""
    op.create_table(
        "file_pieces",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("key", "position"),
    )
    if op.get_bind().dialect.name == "postgresql":
        # Most files are compressed already; without another attempt a part can be read alone.
        op.execute("ALTER TABLE file_pieces ALTER COLUMN body SET STORAGE EXTERNAL")
