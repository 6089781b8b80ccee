"""What Alembic runs for each command: on the connection that `store/schema.py` hands over."""

from __future__ import annotations

from alembic import context

from swell.chat.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite rebuilds a table to change it
)
with context.begin_transaction():
    context.run_migrations()
