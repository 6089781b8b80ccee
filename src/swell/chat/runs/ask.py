"""Ask: a question that a handler puts to the user in the middle of its answer."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Container, Iterator, Sequence
from typing import Any

from swell import ui
from swell.coerce import coerce
from swell.components.base import Component
from swell.errors import PartError
from swell.expando import Expando
from swell.markdown import escape
from swell.parts import Card

__all__ = ["PREFIX", "Question", "ask_id"]

PREFIX = "ask-"
"""Names of the controls of all questions begin with it, then the id of the question."""

_BUTTONS = ("button", "buttons", "mini_button", "mini_buttons")
_ENDS = ("?", ":", "？", "：", "؟")  # noqa: RUF001 - labels that need no colon after them


class Question:
    """One question: its form and its answer.

    Args:
        items: Components of the form.
        submit: Label of the button that is added when the form has none.

    Attributes:
        id: Random, in the names of its controls, so that an old tab cannot answer a new question.
        answer: Resolved with the submitted values.
    """

    def __init__(self, items: Sequence[Component], submit: str) -> None:
        self.id = secrets.token_hex(6)
        self.answer: asyncio.Future[Expando] = asyncio.get_running_loop().create_future()
        self._dumped = [_as_dict(item) for item in items]
        if not any(kind in item for item in self._dumped for kind in _BUTTONS):
            self._dumped.append(_as_dict(ui.button("submit", submit, primary=True)))
        self._names: dict[str, str] = {}  # label by name, to show the answer
        for item in self._dumped:
            self._rename(item)

    @property
    def open(self) -> bool:
        """Whether the question is unanswered and the handler waits."""
        return not self.answer.done()

    def card(self) -> Card:
        """Return the part that asks."""
        return Card(items=self._dumped)

    def resolve(self, args: Expando) -> None:
        """Answer with the submitted controls, under the names that the handler gave them."""
        start = f"{PREFIX}{self.id}-"
        values = {k.removeprefix(start): args[k] for k in args if k.startswith(start)}
        self.answer.set_result(Expando(values))

    def settled(self, words: str) -> Card:
        """Return the part that stays when the question is over.

        Args:
            words: Its outcome, as Markdown.
        """
        kept = [item for item in self._dumped if "text" in item or "message_bar" in item]
        return Card(items=[*kept, _as_dict(ui.text(words))])

    def said(self) -> str:
        """Return the answer in words, as Markdown."""
        values = self.answer.result()
        lines = []
        for name in values:
            label, value = self._names.get(name), values[name]
            if label is not None and value not in (None, False, ""):
                asked = label if label.endswith(_ENDS) else f"{label}:"
                lines.append(label if value is True else f"{asked} {_said(value)}")
        return "  \n".join(lines) or "✓"

    def _rename(self, node: Any) -> None:
        if isinstance(node, list):
            for item in node:
                self._rename(item)
        elif isinstance(node, dict):
            for key, value in node.items():
                if isinstance(value, dict) and isinstance(name := value.get("name"), str) and name:
                    label = value.get("label") or name
                    if key not in _BUTTONS or name != "submit":
                        self._names[name] = str(label)
                    value["name"] = f"{PREFIX}{self.id}-{name}"
                self._rename(value)


def refuse_buttons(part: object, live: Container[str] | None = ()) -> None:
    """Refuse a card with a button that would do nothing.

    Args:
        part: A part of an answer.
        live: Names that the app answers to, see `chat.on`; None for all.

    Raises:
        PartError: If it is a `Card`, or holds one, with a button that opens no address.
    """
    for inner in getattr(part, "parts", ()):
        refuse_buttons(inner, live)
    if isinstance(part, Card):
        for name in _dead_buttons(part.items):
            if live is None or name in live:
                continue
            shown = next(_texts(part.items), "")
            of = f" {shown!r}" if shown else ""
            raise PartError(
                "Card.items",
                f"the button {name!r} of the card{of} does nothing in an answer; ask with "
                "`await turn.ask(...)` or `await turn.confirm(...)`, answer it with "
                f"`@chat.on({name!r})`, or give it a `path` to open",
            )


def _dead_buttons(node: object) -> Iterator[str]:
    if isinstance(node, list):
        for item in node:
            yield from _dead_buttons(item)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key in ("button", "mini_button") and isinstance(value, dict):
                if not value.get("path"):
                    yield str(value.get("name", ""))
            else:
                yield from _dead_buttons(value)


def _texts(node: object) -> Iterator[str]:
    for item in node if isinstance(node, list) else ():
        text = item.get("text") if isinstance(item, dict) else None
        if isinstance(text, dict) and text.get("content"):
            yield str(text["content"])[:40]


def ask_id(name: object) -> str | None:
    """Return the id of the question that the control `name` belongs to, if it does."""
    if not isinstance(name, str) or not name.startswith(PREFIX):
        return None
    return name.removeprefix(PREFIX).partition("-")[0] or None


def _as_dict(item: Any) -> dict[str, Any]:
    dumped: dict[str, Any] = coerce(item.dump() if hasattr(item, "dump") else item, "turn.ask")
    return dumped


def _said(value: object) -> str:
    return escape(", ".join(map(str, value)) if isinstance(value, list) else str(value))
