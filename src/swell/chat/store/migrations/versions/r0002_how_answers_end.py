"""Error codes of failed answers, and suggestions after an answer."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the columns; both databases do so without touching a row."""
    for name in ("error_code", "error_id", "suggestions"):
        op.add_column("messages", sa.Column(name, sa.Text(), nullable=True))
