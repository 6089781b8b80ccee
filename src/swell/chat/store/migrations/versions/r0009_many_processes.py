"""Many processes: who serves, who owns a run, what its owner is asked, and keys all agree on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add three columns and three tables; find the active runs by their threads."""
    one, zero = sa.text("1"), sa.text("0")
    op.add_column("runs", sa.Column("fence", sa.Integer(), nullable=False, server_default=one))
    op.add_column("runs", sa.Column("number", sa.Integer(), nullable=False, server_default=zero))
    op.add_column("runs", sa.Column("flushed", sa.Integer(), nullable=False, server_default=zero))
    active = sa.text("state IN ('accepted', 'running')")
    op.drop_index("runs_active", table_name="runs")
    op.create_index(
        "runs_active",
        "runs",
        ["thread_id", "number"],
        unique=False,
        sqlite_where=active,
        postgresql_where=active,
    )
    op.create_table(
        "processes",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("app", sa.Text(), nullable=False, server_default=sa.text("''")),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("machine", sa.Text(), nullable=False),
        sa.Column("started", sa.Double(), nullable=False),
        sa.Column("seen", sa.Double(), nullable=False),
        sa.Column("draining", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "signals",
        sa.Column(
            "n",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("run_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("n"),
        sqlite_autoincrement=True,
    )
    op.create_index("signals_run", "signals", ["run_id", "n"], unique=False)
    op.create_table(
        "secrets",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("created", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
