"""The language of a run's questions and errors, kept over a restart."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the column; both databases do so without touching a row."""
    op.add_column("runs", sa.Column("locale", sa.Text(), nullable=True))
