"""Names: the commands and mentions that an app offers, and which of them stand in a prompt.

`web/src/chat/composer/picker/names.ts` finds the same ones during typing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from swell import ui

__all__ = ["NO_NAMES", "Names"]

_REACH = 80
"""Longest command that is looked for, in characters."""


class Names(NamedTuple):
    """The commands and mentions of a prompt box.

    Attributes:
        commands: After a `/` at its beginning.
        mentions: After an `@`.
    """

    commands: tuple[ui.ChatCommand, ...] = ()
    mentions: tuple[ui.ChatMention, ...] = ()

    @classmethod
    def of(
        cls, commands: Sequence[str | ui.ChatCommand], mentions: Sequence[str | ui.ChatMention]
    ) -> Names:
        """Return them as records, also those that were given as names alone."""
        return cls(
            tuple(ui.chat_command(one) if isinstance(one, str) else one for one in commands),
            tuple(ui.chat_mention(one) if isinstance(one, str) else one for one in mentions),
        )

    def command_in(self, prompt: str) -> str | None:
        """Return the name of the command that a prompt begins with.

        >>> Names.of(["sum"], []).command_in("/sum it up")
        'sum'
        """
        typed = re.match(r"/(\S+)", prompt[:_REACH])
        return next((one.name for one in self.commands if typed and one.name == typed[1]), None)

    def mentions_in(self, prompt: str) -> list[str]:
        """Return the names of the mentions in a prompt, in the order in which they are offered.

        >>> Names.of([], ["ann", "bob"]).mentions_in("Ask @bob, not @anna")
        ['bob']
        """
        if "@" not in prompt:
            return []
        return [
            one.name
            for one in self.mentions
            if _contains(prompt, f"@{one.label or one.name}") or _contains(prompt, f"@{one.name}")
        ]


NO_NAMES = Names()
"""Nothing can be picked."""


def _contains(text: str, word: str) -> bool:
    at = text.find(word)
    while at != -1:
        after = text[at + len(word) : at + len(word) + 1]
        if not (after.isalnum() or after == "_"):
            return True
        at = text.find(word, at + 1)
    return False
