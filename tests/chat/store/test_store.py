"""What a store promises beyond threads and messages, on both databases."""

from __future__ import annotations

import pytest

from swell.chat import Edit, NewPrompt, Regenerate
from swell.chat.store import Store
from swell.errors import NotFoundError
from swell.parts import Text

from .asking import ask, texts

pytestmark = pytest.mark.anyio


async def test_one_person_cannot_tell_the_ids_of_another_from_unknown_ones(
    store: Store,
) -> None:
    anna, ben = (await store.user("anna")).id, (await store.user("ben")).id
    made = await ask(store, anna, "secret", answer="answer")
    file = await store.add_file(anna, name="a.txt", mime="text/plain", size=3, path="/x")
    thread, message = made.thread.id, made.prompt.id
    for identity in (thread, message, file.id, "0" * 32):
        for call in (
            store.thread(ben, identity),
            store.update_thread(ben, identity, title="x"),
            store.delete_thread(ben, identity),
            store.undelete_thread(ben, identity),
            store.select(ben, thread, identity),
            store.message(ben, identity),
            store.sibling(ben, identity, 1),
            store.delete_message(ben, identity),
            store.rate(ben, identity, True),
            store.share(ben, identity),
            store.export(ben, identity),
            store.markdown(ben, identity),
            store.file(ben, identity),
            store.search(ben, "secret", thread_id=identity),
            store.accept(ben, NewPrompt([Text("x")], identity), action_id="1"),
            store.accept(ben, Edit(identity, [Text("x")]), action_id="2"),
            store.accept(ben, NewPrompt([Text("x")], parent_id=identity), action_id="3"),
            store.accept(ben, Regenerate(identity), action_id="4"),
        ):
            with pytest.raises(NotFoundError, match="there is no"):
                await call
    assert await store.threads(ben) == []
    assert await store.search(ben, "secret") == []
    assert texts(await store.messages(thread)) == ["secret", "answer"]


async def test_feedback_is_kept_once_per_person_and_listed_by_time(store: Store) -> None:
    user = (await store.user("anna")).id
    made = [await ask(store, user, f"prompt {number}", answer="x") for number in range(3)]
    for one in made:
        await store.rate(user, one.answer.id, True)
    await store.rate(user, made[0].answer.id, False, "wrong")
    await store.rate(user, made[1].answer.id, None)
    found = [one async for one in store.feedback()]
    assert [(one.message_id, one.positive, one.comment) for one in found] == [
        (made[2].answer.id, True, None),
        (made[0].answer.id, False, "wrong"),
    ]
    assert [one async for one in store.feedback(found[0].created)] == found[1:]
    assert [one async for one in store.feedback(found[1].created)] == []


async def test_files_are_noted(store: Store) -> None:
    user = (await store.user("anna")).id
    made = await store.add_file(
        user, name="a\0b.txt", mime="text/plain", size=5_000_000_000, path="/srv/1"
    )
    assert (made.name, made.size) == ("ab.txt", 5_000_000_000)
    assert await store.file(user, made.id) == made
