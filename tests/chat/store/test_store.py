"""What a store promises, on both databases: users, threads, messages, branches, feedback, files."""

from __future__ import annotations

import asyncio

import pytest

from swell.chat import Edit, NewPrompt, Regenerate
from swell.chat.records import Accepted, Message, Thread
from swell.chat.store import Store
from swell.errors import NotFoundError
from swell.parts import Part, Reasoning, Source, Table, Text, ToolCall

pytestmark = pytest.mark.anyio


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


# ------------------------------------------------------------------------------------------ users


async def test_a_person_is_made_once_and_keeps_the_newest_name(store: Store) -> None:
    made = await asyncio.gather(*(store.user("anna@example.com") for _ in range(20)))
    assert len({one.id for one in made}) == 1
    assert (await store.user("anna@example.com", "Anna")).name == "Anna"
    assert (await store.user("anna@example.com")).name == "Anna"
    assert (await store.user("ben@example.com")).id != made[0].id


# --------------------------------------------------------------------------------------- messages


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


# ---------------------------------------------------------------------------------------- threads


async def test_threads_are_listed_pinned_first_then_newest_first(store: Store) -> None:
    user = (await store.user("anna")).id
    made = [(await ask(store, user, f"prompt {number}")).thread for number in range(7)]
    await store.update_thread(user, made[2].id, pinned=True, title="  Kept \n here ")
    await store.update_thread(user, made[3].id, archived=True)
    await ask(store, user, "once more", made[0].id)
    expected = [made[place].id for place in (2, 0, 6, 5, 4, 1)]
    whole = await store.threads(user)
    assert [thread.id for thread in whole] == expected
    assert whole[0].title == "Kept here"
    found: list[Thread] = []
    while window := await store.threads(user, before=found[-1].id if found else None, limit=2):
        found += window
    assert [thread.id for thread in found] == expected
    assert [thread.id for thread in await store.threads(user, archived=True)] == [made[3].id]


async def test_a_deleted_thread_can_be_brought_back_until_it_is_purged(store: Store) -> None:
    user = (await store.user("anna")).id
    made = await ask(store, user, "find me", answer="here")
    token = await store.share(user, made.thread.id)
    await store.delete_thread(user, made.thread.id)
    assert await store.threads(user) == []
    assert await store.search(user, "find") == []
    with pytest.raises(NotFoundError):
        await store.shared(token)
    assert await store.purge() == 0  # deleted less than a day ago
    await store.undelete_thread(user, made.thread.id)
    assert [hit.message_id for hit in await store.search(user, "find")] == [made.prompt.id]
    await store.delete_thread(user, made.thread.id)
    assert await store.purge(older_than_s=-1) == 3
    with pytest.raises(NotFoundError):
        await store.undelete_thread(user, made.thread.id)
    # What comes later is not taken for what was purged.
    await ask(store, user, "other", answer="words")
    assert await store.search(user, "find") == []


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


# ------------------------------------------------------------------------------ sharing, feedback


async def test_a_shared_thread_is_read_by_its_secret_until_that_is_revoked(store: Store) -> None:
    user = (await store.user("anna")).id
    made = await ask(store, user, "one", answer="uno")
    token = await store.share(user, made.thread.id)
    thread, messages = await store.shared(token)
    assert (thread.id, texts(messages)) == (made.thread.id, ["one", "uno"])
    assert thread.shared
    await store.unshare(user, made.thread.id)
    with pytest.raises(NotFoundError, match="shared thread"):
        await store.shared(token)


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
