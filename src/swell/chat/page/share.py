"""Share, export and import: links to hand on, files to keep, and chats from such files."""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import anyio.to_thread
import msgspec

from swell import ui
from swell.chat.records import Thread, User
from swell.chat.refusal import LocalizedRefusal
from swell.errors import DECODE_ERRORS, ThreadFormatError
from swell.expando import Expando
from swell.locales import Words
from swell.markdown import escape
from swell.query import Q
from swell.rights import EVERYONE
from swell.settings.table import Settings

if TYPE_CHECKING:
    from .view import View

if TYPE_CHECKING:
    from swell.chat.store import Store

__all__ = ["Link", "chosen_link", "export_panel", "import_file", "link_panel", "share_panel"]

_DAY_S = 86_400.0
_LIFETIMES = (_DAY_S, 7 * _DAY_S, 30 * _DAY_S, 90 * _DAY_S)
_LASTS, _OPEN_TO = "link_lasts", "link_open_to"  # names of the controls


class Link(NamedTuple):
    """What a user has chosen about a new link.

    Attributes:
        lasts_s: How long it works, in seconds; None for as long as the thread is shared.
        audience: As in `Store.share`.
    """

    lasts_s: float | None
    audience: str | None


def chosen_link(view: View, args: Expando, settings: Settings) -> Link:
    """Return what a user has chosen in the form of `share_panel`; else what it shows at first."""
    offered, given = _lifetimes(settings), str(args[_LASTS] or "")
    lasts = next((one for one in offered if f"{one:.10g}" == given), offered[-1])
    open_to_all = _has_choice(view) and args[_OPEN_TO] == "all"
    return Link(lasts or None, None if open_to_all else view.organisation or None)


def share_panel(thread: Thread, view: View, settings: Settings) -> list[Any]:
    """Return a form to make a link to a thread.

    Args:
        thread: The thread.
        view: The tab.
        settings: `share_expires_s` is the longest time that a link works.
    """
    words, offered = view.words, _lifetimes(settings)
    about = words.shared_already if thread.shared else words.share_ask
    until = [ui.choice(f"{one:.10g}", _end(one, words)) for one in offered]
    items: list[Any] = [
        ui.text_xl(words.sharing),
        ui.text(about.format(title=escape(thread.title))),
        ui.dropdown(_LASTS, words.works_until, value=f"{offered[-1]:.10g}", choices=until),
    ]
    if _has_choice(view):
        people = words.open_to_organisation.format(organisation=view.organisation)
        choices = [ui.choice("organisation", people), ui.choice("all", words.open_to_all)]
        items += [ui.dropdown(_OPEN_TO, words.open_to, value="organisation", choices=choices)]
    return [
        *items,
        ui.buttons(
            [
                ui.button("new_link", words.new_link, value=thread.id, primary=True),
                *(
                    [ui.button("unshare", words.end_sharing, value=thread.id)]
                    if thread.shared
                    else []
                ),
                ui.button("close_panel", words.close),
            ]
        ),
    ]


def link_panel(q: Q, thread: Thread, view: View, token: str, link: Link) -> list[Any]:
    """Return a form with a link that was just made; it cannot be shown again.

    Args:
        q: The query.
        thread: The thread.
        view: The tab.
        token: The token of the link.
        link: What was chosen about it.
    """
    words = view.words
    origin = (q.headers.get("Origin") or [""])[0]
    address = f"{origin}{q.site.prefix}{q.route}#s/{token}"
    about = words.share_who if link.audience is None else words.share_organisation
    items: list[Any] = [
        ui.text_xl(words.sharing),
        ui.text(about.format(title=escape(thread.title))),
        ui.copyable_text(address, words.link, name="share_link"),
    ]
    if link.lasts_s is not None:
        items.append(ui.text(words.share_until.format(time=_time(link.lasts_s))))
    return [
        *items,
        ui.buttons(
            [
                ui.button("unshare", words.end_sharing, value=thread.id),
                ui.button("close_panel", words.close, primary=True),
            ]
        ),
    ]


def _has_choice(view: View) -> bool:
    """Return whether there are users of the app who do not belong to the user's organisation."""
    return bool(view.organisation) and view.organisation != EVERYONE


def _lifetimes(settings: Settings) -> list[float]:
    """Return how long a link may work, in seconds; the last is the longest, 0 for no end."""
    limit = settings.share_expires_s
    return [*(one for one in _LIFETIMES if not limit or one < limit), limit]


def _end(lasts_s: float, words: Words) -> str:
    """Return when a link ends that is made now: a day, or a time if it is within a day."""
    if not lasts_s:
        return words.no_end
    return _time(lasts_s) if lasts_s < _DAY_S else _time(lasts_s).partition(" ")[0]


def _time(lasts_s: float) -> str:
    return datetime.fromtimestamp(time.time() + lasts_s, UTC).strftime("%Y-%m-%d %H:%M UTC")


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
    except DECODE_ERRORS:
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
