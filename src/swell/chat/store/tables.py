"""The tables, as SQLAlchemy knows them; `docs/explain/store.md` explains their design.

The two search tables are not here, because the databases have nothing in common there:
`search.py` has their statements and `schema.py` makes them.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

__all__ = [
    "accounts",
    "actions",
    "audit",
    "feedback",
    "file_pieces",
    "file_uses",
    "files",
    "leftovers",
    "messages",
    "metadata",
    "parts",
    "processes",
    "runs",
    "secrets",
    "shared_values",
    "shares",
    "sign_ins",
    "signals",
    "thread_pages",
    "threads",
    "uploads",
    "usage",
    "users",
]

metadata = MetaData()

_Id = String(32)
_Number = BigInteger().with_variant(Integer, "sqlite")
"""Counts up in both databases; SQLite does so only in a column of type INTEGER."""


def _belongs(to: str) -> ForeignKey:
    return ForeignKey(to, ondelete="CASCADE")


def _app() -> Column[str]:
    """Name of an app; empty for records of earlier versions."""
    return Column("app", Text, nullable=False, server_default=text("''"))


users = Table(
    "users",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("subject", Text, nullable=False),
    Column("name", Text),
    Column("created", Double, nullable=False),
    _app(),
    UniqueConstraint("app", "subject", name="users_of_app"),
)

threads = Table(
    "threads",
    metadata,
    Column("n", _Number, primary_key=True, autoincrement=True),
    Column("id", _Id, nullable=False, unique=True),
    Column("user_id", _Id, _belongs("users.id"), nullable=False),
    Column("title", Text, nullable=False),
    Column("created", Double, nullable=False),
    Column("updated", Double, nullable=False),
    Column("pinned", SmallInteger, nullable=False),
    Column("archived", SmallInteger, nullable=False),
    Column("leaf_id", _Id),
    Column("deleted", Double),
    sqlite_autoincrement=True,
)
Index(
    "threads_listed",
    threads.c.user_id,
    threads.c.archived,
    threads.c.pinned,
    threads.c.updated,
    threads.c.id,
    sqlite_where=threads.c.deleted.is_(None),
    postgresql_where=threads.c.deleted.is_(None),
)
Index(
    "threads_deleted",
    threads.c.deleted,
    sqlite_where=threads.c.deleted.is_not(None),
    postgresql_where=threads.c.deleted.is_not(None),
)

# Read-only links, by the SHA-256 of their tokens: a reader of the table cannot open one.
shares = Table(
    "shares",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("thread_id", _Id, _belongs("threads.id"), nullable=False),
    Column("created", Double, nullable=False),
    Column("expires", Double),
    # The organisation whose people may open it; nothing for all users of the app.
    Column("audience", Text),
)
Index("shares_thread", shares.c.thread_id, shares.c.created)
Index(
    "shares_expire",
    shares.c.expires,
    sqlite_where=shares.c.expires.is_not(None),
    postgresql_where=shares.c.expires.is_not(None),
)

# The cards beside the conversation; see `swell.chat.thread_page`.
thread_pages = Table(
    "thread_pages",
    metadata,
    Column("thread_id", _Id, _belongs("threads.id"), primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    # Names the last write, so that a repeated one is recognised.
    Column("writer", Text, nullable=False),
)

messages = Table(
    "messages",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("thread_id", _Id, _belongs("threads.id"), nullable=False),
    Column("parent_id", _Id, _belongs("messages.id")),
    Column("depth", Integer, nullable=False),
    Column("role", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("created", Double, nullable=False),
    Column("model", Text),
    Column("usage", Text),
    Column("error", Text),
    Column("deleted", Double),
    Column("error_code", Text),
    Column("error_id", Text),
    Column("suggestions", Text),
    CheckConstraint("(parent_id IS NULL) = (depth = 0)", name="messages_depth"),
)
Index("messages_thread", messages.c.thread_id, messages.c.depth, messages.c.id)
Index("messages_siblings", messages.c.parent_id, messages.c.id)
Index(
    "messages_deleted",
    messages.c.deleted,
    sqlite_where=messages.c.deleted.is_not(None),
    postgresql_where=messages.c.deleted.is_not(None),
)

parts = Table(
    "parts",
    metadata,
    Column("n", _Number, primary_key=True, autoincrement=True),
    Column("message_id", _Id, _belongs("messages.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("type", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("indexed", SmallInteger, nullable=False),
    UniqueConstraint("message_id", "position", name="parts_in_order"),
    sqlite_autoincrement=True,
)

runs = Table(
    "runs",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("thread_id", _Id, _belongs("threads.id"), nullable=False),
    Column("prompt_id", _Id, _belongs("messages.id"), nullable=False),
    Column("answer_id", _Id, _belongs("messages.id"), nullable=False, unique=True),
    Column("action_id", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("settings", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("created", Double, nullable=False),
    Column("started", Double),
    Column("ended", Double),
    Column("locale", Text),  # nothing in rows of before revision 0005: English
    # Counts the owners of the run: a write that names an earlier number changes nothing.
    Column("fence", Integer, nullable=False, server_default=text("1")),
    # Counts the runs of a thread, in the order in which their prompts were accepted.
    Column("number", Integer, nullable=False, server_default=text("0")),
    # How many changes of the answer the stored parts include.
    Column("flushed", Integer, nullable=False, server_default=text("0")),
    # Roles of the user when the prompt was accepted, JSON; nothing in rows of before revision 0014.
    Column("roles", Text),
)
Index("runs_thread", runs.c.thread_id, runs.c.id)
Index("runs_prompt", runs.c.prompt_id)
_ACTIVE = runs.c.state.in_(("accepted", "running"))
Index(
    "runs_active", runs.c.thread_id, runs.c.number, sqlite_where=_ACTIVE, postgresql_where=_ACTIVE
)

# The processes that serve an app; each writes now and then that it lives.
processes = Table(
    "processes",
    metadata,
    Column("id", _Id, primary_key=True),
    _app(),
    Column("host", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("machine", Text, nullable=False),
    Column("started", Double, nullable=False),
    Column("seen", Double, nullable=False),
    Column("draining", SmallInteger, nullable=False),
)

# What other processes ask of the owner of a run, until it has done so.
signals = Table(
    "signals",
    metadata,
    Column("n", _Number, primary_key=True, autoincrement=True),
    Column("run_id", _Id, _belongs("runs.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("created", Double, nullable=False),
    sqlite_autoincrement=True,
)
Index("signals_run", signals.c.run_id, signals.c.n)

# Keys that all processes of a service have to agree on.
secrets = Table(
    "secrets",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Column("created", Double, nullable=False),
)

actions = Table(
    "actions",
    metadata,
    Column("user_id", _Id, _belongs("users.id"), primary_key=True),
    Column("action_id", Text, primary_key=True),
    # Inserted before the run, so that one of two concurrent actions waits for the other.
    Column(
        "run_id",
        _Id,
        ForeignKey("runs.id", ondelete="CASCADE", deferrable=True, initially="DEFERRED"),
        nullable=False,
    ),
    Column("claim", Text, nullable=False),
    Column("created", Double, nullable=False),
)
Index("actions_run", actions.c.run_id)

feedback = Table(
    "feedback",
    metadata,
    Column("message_id", _Id, _belongs("messages.id"), primary_key=True),
    Column("user_id", _Id, _belongs("users.id"), primary_key=True),
    Column("positive", SmallInteger, nullable=False),
    Column("comment", Text),
    Column("created", Double, nullable=False),
)
Index("feedback_user", feedback.c.user_id)
Index("feedback_created", feedback.c.created, feedback.c.message_id, feedback.c.user_id)

files = Table(
    "files",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("user_id", _Id, _belongs("users.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("mime", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("path", Text, nullable=False),
    Column("created", Double, nullable=False),
    # From when on to look whether a message refers to it; nothing while that cannot have changed.
    Column("due", Double),
)
Index("files_user", files.c.user_id)
Index(
    "files_due",
    files.c.due,
    sqlite_where=files.c.due.is_not(None),
    postgresql_where=files.c.due.is_not(None),
)

file_uses = Table(
    "file_uses",
    metadata,
    Column("message_id", _Id, _belongs("messages.id"), primary_key=True),
    Column("file_id", _Id, _belongs("files.id"), primary_key=True),
)
Index("file_uses_file", file_uses.c.file_id)

# Bytes that can be removed: a file without its note, so that nothing can refer to it any more.
leftovers = Table(
    "leftovers",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("path", Text, nullable=False),
    _app(),
)

# The bytes of files, in pieces of bounded size; see `swell.storage.database`.
file_pieces = Table(
    "file_pieces",
    metadata,
    Column("key", Text, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

# Uploads before they are part of a message, of all processes.
uploads = Table(
    "uploads",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", Text, nullable=False),
    Column("owner", Text),
    Column("size", BigInteger, nullable=False),
    Column("picture", Text, nullable=False),
    Column("client", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("process", Text, nullable=False),
    Column("ready", SmallInteger, nullable=False),
    # When a process last noted that the tab is there.
    Column("seen", Double, nullable=False),
)
Index("uploads_owner", uploads.c.owner)
Index("uploads_client", uploads.c.client)
Index("uploads_seen", uploads.c.seen)

# Values that all processes of an app share; see `swell.values`.
shared_values = Table(
    "shared_values",
    metadata,
    Column("app", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("expires", Double),
    # Names the last write, so that a repeated one is recognised.
    Column("writer", Text, nullable=False),
)

# The processes that own pages which several tabs share; see `swell.leases.pages`.
page_owners = Table(
    "page_owners",
    metadata,
    Column("app", Text, primary_key=True),
    Column("address", Text, primary_key=True),
    Column("process", String(32), nullable=False),
)
Index("page_owners_process", page_owners.c.process)

# Who has signed in, or may: for all apps of the database.
accounts = Table(
    "accounts",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("email", Text),
    Column("provider", Text, nullable=False),
    Column("groups", Text, nullable=False),  # JSON, as of the last sign-in
    Column("role", Text),  # given by an administrator, beside those of the settings
    Column("disabled", Double),
    Column("created", Double, nullable=False),
    Column("seen", Double),
)

# Browsers in which a user is signed in, by the SHA-256 of their session.
sign_ins = Table(
    "sign_ins",
    metadata,
    Column("id", Text, primary_key=True),
    Column("subject", Text, _belongs("accounts.subject"), nullable=False),
    Column("provider", Text, nullable=False),
    Column("claims", Text, nullable=False),
    Column("tokens", Text),  # of the identity provider, encrypted
    Column("sid", Text),  # the provider's name for the session
    Column("address", Text, nullable=False),
    Column("agent", Text, nullable=False),
    Column("created", Double, nullable=False),
    Column("seen", Double, nullable=False),
    Column("expires", Double, nullable=False),
    Column("until", Double, nullable=False),  # however often it is used
    Column("ended", Double),
    # When the tokens have to be refreshed, and until when a process is about to.
    Column("fresh_until", Double),
    Column("refreshing", Double),
)
Index("sign_ins_subject", sign_ins.c.subject)
Index("sign_ins_sid", sign_ins.c.provider, sign_ins.c.sid)
Index("sign_ins_expires", sign_ins.c.expires)
Index(
    "sign_ins_ended",
    sign_ins.c.ended,
    sqlite_where=sign_ins.c.ended.is_not(None),
    postgresql_where=sign_ins.c.ended.is_not(None),
)

# What administrators want to know later: sign-in, refusals, exports, changes of rights.
audit = Table(
    "audit",
    metadata,
    Column("n", _Number, primary_key=True, autoincrement=True),
    Column("at", Double, nullable=False),
    Column("event", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("object", Text, nullable=False),
    Column("detail", Text, nullable=False),  # JSON
    _app(),
    sqlite_autoincrement=True,
)
Index("audit_at", audit.c.at)

# What users have used, in steps of 10 seconds and of an hour; see `swell.chat.store.usage`.
usage = Table(
    "usage",
    metadata,
    Column("app", Text, primary_key=True),
    Column("subject", Text, primary_key=True),  # empty for all users together
    Column("step", Integer, primary_key=True, autoincrement=False),  # seconds
    Column("start", BigInteger, primary_key=True, autoincrement=False),
    Column("shard", SmallInteger, primary_key=True, autoincrement=False),  # 0 for a user
    Column("prompts", Integer, nullable=False),
    Column("attachments", Integer, nullable=False),
    Column("tokens", BigInteger, nullable=False),
    Column("micros", BigInteger, nullable=False),  # millionths of the currency
)
Index("usage_start", usage.c.step, usage.c.start)
