"""Owners of the pages that tabs of several processes share."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Add a table."""
    op.create_table(
        "page_owners",
        sa.Column("app", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("process", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("app", "address"),
    )
    op.create_index("page_owners_process", "page_owners", ["process"], unique=False)
