"""Requests for an answer: a new prompt, an edit, or a regeneration."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import msgspec

from swell.parts import Part

__all__ = ["Edit", "NewPrompt", "Regenerate", "Request"]


class NewPrompt(msgspec.Struct, frozen=True):
    """Another prompt, at the end of a branch or in a new thread.

    Attributes:
        parts: The prompt.
        thread_id: The thread; None begins one, unless `parent_id` names a message.
        parent_id: The message that the prompt follows; None takes the end of the shown branch.
        title: Title of the thread when this begins one.
        page: JSON of the cards beside it then; None for those that the app begins with.
    """

    parts: Sequence[Part]
    thread_id: str | None = None
    parent_id: str | None = None
    title: str = ""
    page: str | None = None


class Edit(msgspec.Struct, frozen=True):
    """A prompt in place of an earlier one, as its sibling.

    Attributes:
        prompt_id: The earlier prompt.
        parts: The new prompt.
    """

    prompt_id: str
    parts: Sequence[Part]


class Regenerate(msgspec.Struct, frozen=True):
    """Another answer to the same prompt, as a sibling of the earlier one.

    Attributes:
        message_id: The earlier answer, or its prompt.
    """

    message_id: str


Request: TypeAlias = NewPrompt | Edit | Regenerate
"""All that `Store.accept` takes."""
