"""Values that all processes of an app share."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add a table."""
    op.create_table(
        "shared_values",
        sa.Column("app", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("expires", sa.Double(), nullable=True),
        sa.Column("writer", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("app", "name"),
    )
