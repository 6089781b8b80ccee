"""Threads as JSON, to keep or to move, and as Markdown, to read."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import msgspec
from sqlalchemy import bindparam, select

from swell.chat.records import Message, MessageStatus, Role, Thread
from swell.errors import NotFoundError, PartError, ThreadFormatError
from swell.locales import Words
from swell.markdown import line
from swell.parts import Part, Table, as_json
from swell.parts.base import decoded, part_union

from . import messages as tree
from . import threads as conversations
from .engines.base import Tx
from .ids import new_id
from .statements import (
    MESSAGE,
    clean,
    encode_parts,
    message_of,
    own_thread,
    to_json,
)
from .tables import messages, parts

__all__ = ["FORMAT", "VERSION", "Exported", "check", "export", "import_thread", "markdown"]

FORMAT = "swell.thread"
VERSION = 1

MESSAGES_MAX = 20_000
"""Most messages in one thread that is imported."""

BYTES_MAX = 32_000_000
"""Largest thread that is imported, in bytes of JSON."""

_QUOTED_MAX = 40  # code points of a quoted value in a refusal


if TYPE_CHECKING:
    AnyPart: TypeAlias = Part
else:
    AnyPart = part_union()


class ExportedMessage(msgspec.Struct, omit_defaults=True):
    """One message; `id` and `parent` only mean something inside of the export."""

    id: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    role: Role
    parts: list[AnyPart]
    created: float
    parent: str | None = None
    status: MessageStatus = "done"
    model: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    usage: dict[str, Any] | None = None
    error: Annotated[str, msgspec.Meta(max_length=2000)] | None = None
    error_code: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    error_id: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    suggestions: Annotated[list[str], msgspec.Meta(max_length=100)] = []


class Exported(msgspec.Struct):
    """A whole thread: all branches, parents before their children."""

    format: str
    version: int
    title: Annotated[str, msgspec.Meta(max_length=2000)]
    created: float
    leaf: str | None
    messages: Annotated[list[ExportedMessage], msgspec.Meta(max_length=MESSAGES_MAX)]


_ALL = (
    select(*MESSAGE, parts.c.body)
    .select_from(messages)
    .outerjoin(parts, parts.c.message_id == messages.c.id)
    .where(messages.c.thread_id == bindparam("thread"), messages.c.deleted.is_(None))
    .order_by(messages.c.depth, messages.c.id, parts.c.position)
)


def export(tx: Tx, user_id: str, thread_id: str) -> dict[str, Any]:
    """Return a whole thread as plain JSON values."""
    thread = conversations.get(tx, user_id, thread_id)
    written: list[ExportedMessage] = []
    for row in tx.rows(_ALL, thread=thread_id):
        *of_message, body = row
        if not written or written[-1].id != of_message[0]:
            message = message_of(of_message, [], (1, 1))
            written.append(
                ExportedMessage(
                    message.id,
                    message.role,
                    message.parts,
                    message.created,
                    message.parent_id,
                    message.status,
                    message.model,
                    message.usage,
                    message.error,
                    message.error_code,
                    message.error_id,
                    list(message.suggestions),
                )
            )
        if body is not None:
            written[-1].parts.append(decoded(body))
    exported: dict[str, Any] = msgspec.to_builtins(
        Exported(FORMAT, VERSION, thread.title, thread.created, thread.leaf_id, written)
    )
    return exported


_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"?', re.DOTALL)


def read(content: bytes, *, values_max: int, cells_max: int) -> object:
    """Return the JSON of an exported thread, unless it would take too much memory.

    It is counted before anything is made of it: values by what separates them outside of texts.

    Args:
        content: The JSON.
        values_max: Most values in it.
        cells_max: Most cells in one table.

    Raises:
        ThreadFormatError: If it is too large, or a part of it could not be shown.
        ValueError: If it is no JSON.
    """
    if len(content) > BYTES_MAX:
        most = str(BYTES_MAX // 1_000_000)
        raise ThreadFormatError(f"it is larger than {most} MB", "size", most)
    bare = _STRING.sub(b"", content)
    if sum(map(bare.count, (b",", b"[", b"{"))) > values_max:
        raise _too_many(values_max)
    value = msgspec.json.decode(content)
    found = check(value)
    for place, message in enumerate(found.messages):
        for part in message.parts:
            if isinstance(part, Table) and sum(map(len, part.rows)) > cells_max:
                raise _too_many(cells_max)
        try:
            as_json(message.parts)
        except PartError as error:
            raise _misplaced(error.reason, f"messages[{place}].{error.where}") from None
    return value


def _too_many(most: int) -> ThreadFormatError:
    return ThreadFormatError(f"it holds more than {most:,} values", "values", f"{most}")


def check(value: object) -> Exported:
    """Return an export that can be stored.

    Raises:
        ThreadFormatError: If it cannot, saying where and why.
    """
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        entry = f'"format": "{FORMAT}"'
        raise ThreadFormatError(f"expected an object with `{entry}`", "format", entry)
    if value.get("version") != VERSION:
        version = repr(value.get("version"))[:_QUOTED_MAX]
        reason = f"version {version} is not known here; this Swell reads {VERSION}"
        raise ThreadFormatError(reason, "version", version)
    try:
        if len(msgspec.json.encode(value)) > BYTES_MAX:
            most = str(BYTES_MAX // 1_000_000)
            raise ThreadFormatError(f"it is larger than {most} MB", "size", most)
        found = msgspec.convert(value, Exported)
    except RecursionError:
        raise ThreadFormatError("it is nested too deeply", "depth") from None
    except ThreadFormatError:
        raise
    except (TypeError, ValueError) as error:  # of msgspec, whose message has the path
        raise ThreadFormatError(str(error), "place", _place(str(error))) from None
    seen: set[str] = set()
    for place, message in enumerate(found.messages):
        if message.parent is not None and message.parent not in seen:
            raise _misplaced(
                "the parent must come before its children", f"messages[{place}].parent"
            )
        if message.id in seen:
            raise _misplaced("duplicate id", f"messages[{place}].id")
        seen.add(message.id)
    if found.leaf is not None and found.leaf not in seen:
        raise _misplaced("the message is not there", "leaf")
    return found


def _misplaced(reason: str, at: str) -> ThreadFormatError:
    return ThreadFormatError(f"{reason} - at `$.{at}`", "place", f"$.{at}")


def _place(said: str) -> str:
    """Return the path of the invalid value.

    >>> _place("Object missing required field `role` - at `$.messages[0]`")
    '$.messages[0].role'
    """
    at = re.search(r" - at `(\$[^`]*)`$", said)
    missing = re.search(r"^Object missing required field `(\w+)`", said)
    return (at[1] if at else "$") + (f".{missing[1]}" if missing else "")


def import_thread(tx: Tx, user_id: str, found: Exported, ids: Sequence[str], time: float) -> Thread:
    """Store a checked export as a new thread; `ids` are for the thread and for each message."""
    thread_id = ids[0]
    with contextlib.suppress(NotFoundError):  # done already, when that got lost on the way
        return conversations.get(tx, user_id, thread_id)
    title = conversations.titled(found.title)
    conversations.add(tx, user_id, thread_id, time, title, created=found.created)
    new = {message.id: identity for message, identity in zip(found.messages, ids[1:], strict=True)}
    for message in found.messages:
        identity = new[message.id]
        unfinished = message.status in ("pending", "streaming")
        tree.add(
            tx,
            id=identity,
            thread_id=thread_id,
            parent_id=None if message.parent is None else new[message.parent],
            role=message.role,
            status="interrupted" if unfinished else message.status,
            created=message.created,
            model=None if message.model is None else clean(message.model),
            usage=None if message.usage is None else to_json(message.usage),
            error=None if message.error is None else clean(message.error),
            error_code=None if message.error_code is None else clean(message.error_code),
            error_id=None if message.error_id is None else clean(message.error_id),
            suggestions=to_json([clean(prompt) for prompt in message.suggestions])
            if message.suggestions
            else None,
        )
        tree.put_parts(tx, identity, encode_parts(message.parts), ())
        tree.index(tx, user_id, thread_id, identity)
    if found.messages:
        leaf = found.messages[-1].id if found.leaf is None else found.leaf
        tree.show(tx, thread_id, tree.newest_leaf(tx, new[leaf]))
    return conversations.get(tx, user_id, thread_id)


def new_ids(found: Exported) -> list[str]:
    """Return ids for a thread and its messages, in their order."""
    return [new_id() for _ in range(1 + len(found.messages))]


# --------------------------------------------------------------------------------------- Markdown


def markdown(tx: Tx, user_id: str, thread_id: str, words: Words) -> str:
    """Return the shown branch as Markdown."""
    thread = conversations.get(tx, user_id, thread_id)
    own_thread(tx, user_id, thread_id)
    shown = tree.window(tx, thread_id, leaf=None, before=None, around=None, limit=tree.WINDOW_MAX)
    blocks = [f"# {line(thread.title or words.conversation)}"]
    for message in shown:
        blocks += _message(message, words)
    return "\n\n".join(blocks) + "\n"


def _message(message: Message, words: Words) -> list[str]:
    who = words.you if message.role == "user" else message.model or words.assistant
    blocks = [f"## {line(who)}"]
    blocks += [text for part in message.parts if (text := part.as_markdown_in(words).strip())]
    if message.status == "failed" and message.error:
        blocks.append(f"*{line(_failure(message, words))}*")
    elif message.status == "stopped":
        blocks.append(f"*{words.stopped}*")
    elif message.status == "interrupted":
        blocks.append(f"*{words.interrupted}*")
    return blocks


def _failure(message: Message, words: Words) -> str:
    said = words.failures.get(message.error_code or "")
    if said is None or message.error_id is None:
        return said or message.error or ""
    return f"{said} ({words.error_number.format(id=message.error_id)})"
