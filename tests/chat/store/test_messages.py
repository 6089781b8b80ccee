"""Messages in a database: branches, windows, versions, and deleting."""

from __future__ import annotations

import pytest

from swell.chat import Edit, NewPrompt, Regenerate
from swell.chat.store import Store
from swell.errors import NotFoundError
from swell.parts import Part, Reasoning, Source, Table, Text, ToolCall

from .asking import ask, texts

pytestmark = pytest.mark.anyio


async def test_messages_come_back_with_all_their_parts(store: Store) -> None:
    user = (await store.user("anna")).id
    parts: list[Part] = [
        Reasoning("hmm", seconds=1.5, done=True),
        ToolCall("look_up", {"q": "x\0y"}, "done", [1, None], [Text("inside")], id="1"),
        Text("Ünïcödé 🎈 \0 text"),
        Source("Title", "https://example.com", "quote", 1),
        Table(["a", "b"], [[1, "x"], [None, 2.5]]),
    ]
    made = await store.accept(user, NewPrompt([Text("Hi")]), action_id="1", model="m")
    await store.start(made.run.id)
    await store.finish(made.run.id, "done", parts, usage={"input": 3, "output": 5})
    prompt, answer = await store.messages(made.thread.id)
    assert (prompt.role, prompt.text, prompt.status) == ("user", "Hi", "done")
    assert (answer.role, answer.parts, answer.status) == ("assistant", parts, "done")
    assert (answer.model, answer.usage, answer.parent_id) == (
        "m",
        {"input": 3, "output": 5},
        prompt.id,
    )
    assert await store.message(user, answer.id) == answer


async def test_a_branch_is_read_in_windows_from_its_end(store: Store) -> None:
    user = (await store.user("anna")).id
    made = await ask(store, user, "prompt 0", answer="answer 0")
    for number in range(1, 6):
        await ask(store, user, f"prompt {number}", made.thread.id, f"answer {number}")
    end = await store.messages(made.thread.id, limit=3)
    assert texts(end) == ["answer 4", "prompt 5", "answer 5"]
    before = await store.messages(made.thread.id, before=end[0].id, limit=3)
    assert texts(before) == ["prompt 3", "answer 3", "prompt 4"]
    first = (await store.messages(made.thread.id, limit=100))[0]
    assert await store.messages(made.thread.id, before=first.id) == []
    around = await store.messages(made.thread.id, around=before[0].id, limit=4)
    assert texts(around) == ["prompt 2", "answer 2", "prompt 3", "answer 3"]
    near_the_end = await store.messages(made.thread.id, around=end[-1].id, limit=4)
    assert texts(near_the_end)[-1] == "answer 5"
    assert len(near_the_end) == 4


async def test_editing_makes_a_branch_and_both_are_kept(store: Store) -> None:
    user = (await store.user("anna")).id
    first = await ask(store, user, "one", answer="uno")
    await ask(store, user, "two", first.thread.id, "due")
    edited = await store.accept(user, Edit(first.prompt.id, [Text("eins")]), action_id="e")
    assert edited.thread.id == first.thread.id
    assert edited.prompt.siblings == (2, 2)
    assert texts(await store.messages(first.thread.id)) == ["eins", ""]
    other = await store.sibling(user, edited.prompt.id, -1)
    assert other == first.prompt.id
    assert await store.sibling(user, other, -1) == other
    await store.select(user, first.thread.id, other)
    shown = await store.messages(first.thread.id)
    assert texts(shown) == ["one", "uno", "two", "due"]
    assert [message.siblings for message in shown] == [(1, 2), (1, 1), (1, 1), (1, 1)]


async def test_regenerating_makes_a_sibling_of_the_answer(store: Store) -> None:
    user = (await store.user("anna")).id
    first = await ask(store, user, "one", answer="uno")
    again = await store.accept(user, Regenerate(first.answer.id), action_id="r")
    assert again.prompt.id == first.prompt.id
    assert again.answer.siblings == (2, 2)
    await store.finish(again.run.id, "failed", [], error="The model is busy.")
    once_more = await store.accept(user, Regenerate(first.prompt.id), action_id="r2")
    assert once_more.answer.siblings == (3, 3)
    failed = await store.message(user, again.answer.id)
    assert (failed.status, failed.error) == ("failed", "The model is busy.")


async def test_a_prompt_can_follow_any_message_of_its_thread(store: Store) -> None:
    user = (await store.user("anna")).id
    first = await ask(store, user, "one", answer="uno")
    await ask(store, user, "two", first.thread.id, "due")
    made = await store.accept(
        user, NewPrompt([Text("zwei")], parent_id=first.answer.id), action_id="x"
    )
    assert made.prompt.siblings == (2, 2)
    assert texts(await store.messages(first.thread.id)) == ["one", "uno", "zwei", ""]
    other = await ask(store, user, "another thread")
    wrong = NewPrompt([Text("?")], other.thread.id, parent_id=first.answer.id)
    with pytest.raises(NotFoundError, match=first.answer.id):
        await store.accept(user, wrong, action_id="y")


async def test_an_action_needs_an_id(store: Store) -> None:
    user = (await store.user("anna")).id
    with pytest.raises(ValueError, match="1 to 200 characters"):
        await store.accept(user, NewPrompt([]), action_id="")


async def test_a_deleted_message_goes_with_what_is_below_and_comes_back_with_it(
    store: Store,
) -> None:
    user = (await store.user("anna")).id
    first = await ask(store, user, "one", answer="uno")
    second = await ask(store, user, "two", first.thread.id, "due")
    thread = await store.delete_message(user, second.prompt.id)
    assert thread.leaf_id == first.answer.id
    assert texts(await store.messages(first.thread.id)) == ["one", "uno"]
    assert await store.search(user, "due") == []
    with pytest.raises(NotFoundError):
        await store.message(user, second.answer.id)
    thread = await store.undelete_message(user, second.prompt.id)
    assert thread.leaf_id == second.answer.id
    assert texts(await store.messages(first.thread.id)) == ["one", "uno", "two", "due"]
    await store.delete_message(user, first.prompt.id)
    assert await store.messages(first.thread.id) == []
    assert (await ask(store, user, "three", first.thread.id)).prompt.parent_id is None
