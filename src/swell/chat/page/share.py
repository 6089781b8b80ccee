"""Share, export and import: links to hand on, files to keep, and chats from such files."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio.to_thread
import msgspec

from swell import ui
from swell.chat.records import Thread, User
from swell.chat.refusal import LocalizedRefusal
from swell.errors import ThreadFormatError
from swell.locales import Words
from swell.markdown import escape
from swell.query import Q
from swell.settings.table import Settings

if TYPE_CHECKING:
    from .view import View

if TYPE_CHECKING:
    from swell.chat.store import Store

__all__ = ["export_panel", "import_file", "share_panel"]


def share_panel(
    q: Q, thread: Thread, words: Words, token: str | None = None, until: float | None = None
) -> list[Any]:
    """Return a form about the read-only links of a thread.

    Args:
        q: The query.
        thread: The thread, which is shared.
        words: The texts of the page's language.
        token: Token of a link that was just made; None when there are only older ones, which
            cannot be shown again.
        until: When that link expires, in seconds since the epoch; None for never.
    """
    title = escape(thread.title)
    if token is None:
        about: list[Any] = [ui.text(words.shared_already.format(title=title))]
    else:
        origin = (q.headers.get("Origin") or [""])[0]
        address = f"{origin}{q.site.prefix}{q.route}#s/{token}"
        about = [
            ui.text(words.share_who.format(title=title)),
            ui.copyable_text(address, words.link, name="share_link"),
        ]
        if until is not None:
            time = datetime.fromtimestamp(until, UTC).strftime("%Y-%m-%d %H:%M UTC")
            about.append(ui.text(words.share_until.format(time=time)))
    return [
        ui.text_xl(words.sharing),
        *about,
        ui.buttons(
            [
                *([ui.button("new_link", words.new_link, value=thread.id)] if not token else []),
                ui.button("unshare", words.end_sharing, value=thread.id),
                ui.button("close_panel", words.close, primary=True),
            ]
        ),
    ]


async def export_panel(store: Store, view: View, thread: Thread) -> tuple[list[Any], Sequence[str]]:
    """Return a form with a thread as files, and their addresses."""
    whole = msgspec.json.format(
        msgspec.json.encode(await store.export(view.user.id, thread.id)), indent=2
    )
    words = view.words
    text = await store.markdown(view.user.id, thread.id, words)
    name = re.sub(r"[^\w -]+", "", thread.title).strip()[:60] or "chat"

    def write(folder: str) -> list[str]:
        files = [Path(folder, f"{name}.md"), Path(folder, f"{name}.json")]
        files[0].write_text(text, encoding="utf-8")
        files[1].write_bytes(whole)
        return list(map(str, files))

    with tempfile.TemporaryDirectory() as folder:
        written = await anyio.to_thread.run_sync(write, folder)
        paths = await view.site.upload(written, session_only=True)
    items = [
        ui.text_xl(words.exporting),
        ui.text(words.export_forms),
        ui.link("Markdown", paths[0], download=True),
        ui.link("JSON", paths[1], download=True),
        ui.buttons([ui.button("close_panel", words.close, primary=True)]),
    ]
    return items, paths


async def import_file(
    store: Store, user: User, file: Mapping[str, Any], settings: Settings
) -> Thread:
    """Store a chat that was exported as JSON as a new thread of a user.

    Args:
        store: The target.
        user: Its owner.
        file: Its entry in the event `submit`.
        settings: Limits of the import.

    Raises:
        LocalizedRefusal: If it is no such file, saying why.
    """
    wrong: ThreadFormatError | None = None  # None when it is no JSON
    try:
        exported = await anyio.to_thread.run_sync(_read, Path(file["path"]), settings)
        return await store.import_thread((await store.keep(user)).id, exported)
    except OSError:
        raise LocalizedRefusal(lambda words: words.unreadable) from None
    except msgspec.DecodeError:
        pass
    except ThreadFormatError as error:
        wrong = error
    raise LocalizedRefusal(
        lambda words: words.no_chat.format(name=file["name"], reason=_fault(wrong, words)),
        ThreadFormatError.code,
    )


def _read(path: Path, settings: Settings) -> object:
    """Return the JSON of a file.

    Errors are made anew: those of `read` hold the whole file in their traceback, until the garbage
    collector runs.
    """
    from swell.chat.store.transfer import read  # here: it loads the database's library

    values, cells = settings.import_max_values, settings.import_max_cells
    fault: Exception
    try:
        return read(path.read_bytes(), values_max=values, cells_max=cells)
    except ThreadFormatError as error:
        fault = ThreadFormatError(error.reason, error.fault, error.detail)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        fault = msgspec.DecodeError("no JSON")
    raise fault


def _fault(wrong: ThreadFormatError | None, words: Words) -> str:
    """Return the error of an export in a language."""
    if wrong is None:
        return words.no_json
    said = {
        "format": words.no_format,
        "version": words.no_version,
        "size": words.too_big,
        "values": words.too_many_values,
        "depth": words.too_deep,
        "place": words.no_fit,
    }
    return said[wrong.fault].format(detail=wrong.detail) if wrong.fault else wrong.reason
