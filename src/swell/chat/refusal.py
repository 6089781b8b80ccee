"""A refusal whose text is chosen in the reader's language."""

from __future__ import annotations

from collections.abc import Callable

from swell.errors import RefusedError
from swell.locales import Words, words_of

__all__ = ["LocalizedRefusal"]


class LocalizedRefusal(RefusedError):  # noqa: N818
    """A refusal whose sentence depends on the reader's language, which `ChatApp.serve` knows.

    Until then its message is the English sentence.

    Args:
        say: Returns the message from the texts of a language.
        reason: As for `RefusedError`.
        retry_ms: As for `RefusedError`.
    """

    def __init__(
        self, say: Callable[[Words], str], reason: str = "refused", retry_ms: int | None = None
    ) -> None:
        super().__init__(say(words_of()), reason, retry_ms)
        self.say = say
