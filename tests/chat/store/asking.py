"""Steps that the tests of the store share."""

from __future__ import annotations

from swell.chat import NewPrompt
from swell.chat.records import Accepted, Message
from swell.chat.store import Store
from swell.parts import Text


async def ask(
    store: Store, user: str, text: str, thread: str | None = None, answer: str = ""
) -> Accepted:
    """Store a prompt, with its answer when there is one."""
    made = await store.accept(
        user, NewPrompt([Text(text)], thread), action_id=f"ask {text}", settings={}
    )
    if answer:
        assert await store.start(made.run.id)
        await store.finish(made.run.id, "done", [Text(answer)])
    return made


def texts(messages: list[Message]) -> list[str]:
    return [message.text for message in messages]
