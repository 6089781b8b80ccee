"""Usage: what a user has used and may use, and the check of files before they are stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from swell import ui
from swell.chat.runs.budgets import lines
from swell.parts import Part

from .host import Host

if TYPE_CHECKING:
    from .view import View

__all__ = ["keep_files", "usage_panel"]


async def usage_panel(chat: Host, view: View) -> list[Any]:
    """Return a form with what the user of a tab has used."""
    budgets, words = chat.runs.budgets, view.words
    used = await budgets.look(view.user)
    return [
        ui.text_xl(words.usage),
        *[
            ui.progress(line, caption="", value=min(1.0, part))
            for part, line in lines(used, words, budgets.currency)
        ],
        ui.text_s(words.usage_holds),
        ui.buttons([ui.button("close_panel", words.close, primary=True)]),
    ]


async def keep_files(chat: Host, view: View, submitted: Sequence[Mapping[str, Any]]) -> list[Part]:
    """Store the files of a prompt, and return parts for it.

    Raises:
        LocalizedRefusal: If it is more than the user may store.
        OSError: If the disk is full.
    """
    from swell.chat.store.usage import OverBudgetError  # it loads SQLAlchemy

    budgets = chat.runs.budgets
    try:
        return await chat.files.keep(view.user.id, submitted, budgets.allowance(view.user.roles))
    except OverBudgetError as error:
        raise budgets.refusal(error) from None
