"""Searching, the same on both databases; and how texts are cut into words."""

# ruff: noqa: RUF001  # such characters are what some of these tests are about

from __future__ import annotations

import doctest

import pytest

from swell.chat import NewPrompt
from swell.chat.store import Store, ids, words
from swell.parts import Reasoning, Text

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("module", [ids, words])
def test_the_examples_in_docstrings_hold(module: object) -> None:
    found = doctest.testmod(module)  # type: ignore[arg-type]
    assert found.attempted
    assert not found.failed


async def tell(store: Store, user: str, text: str, thread: str | None = None) -> str:
    """Store a prompt; return its id."""
    made = await store.accept(user, NewPrompt([Text(text)], thread), action_id=ids.new_id())
    return made.prompt.id


@pytest.mark.parametrize(
    ("text", "found", "not_found"),
    [
        ("The Quick brown fox", ["quick", "QUI", "fox quick", "the-quick"], ["quicker", "ox"]),
        ("Les élèves, ÉTÉ à Übersee", ["eleves", "été", "uberse", "UBERSEE"], ["ee"]),
        ("東京都は日本の首都です", ["東京", "京都は", "首都", "日 首", "京"], ["京東", "大阪"]),
        ("我喜欢机器学习", ["机器", "学习", "喜欢", "习"], ["器机"]),
        ("서울에서 만나요", ["서울", "만나"], ["울서"]),
        ("مرحبا بالعالم", ["مرحبا", "بالعا"], ["سلام"]),
        ("call `foo_bar.baz(1)` in C++", ["foo_bar", "baz", "C++", "bar.baz(1)"], ["bazbar"]),
        ("ﬁne ＷＩＤＥ text", ["fine", "wide"], ["w"]),
        ("it's 100% \"quoted\" 'text' \\ & | ! : * ( )", ["it's", "100%", '"quoted"'], ["x:*"]),
    ],
)
async def test_words_are_found(
    store: Store, text: str, found: list[str], not_found: list[str]
) -> None:
    user = (await store.user("anna")).id
    identity = await tell(store, user, text)
    for query in found:
        assert [hit.message_id for hit in await store.search(user, query)] == [identity], query
    for query in [*not_found, "", "  ", '"', "* : & | ! ( ) ' \\ -", "\0"]:
        assert await store.search(user, query) == [], query


async def test_hits_are_newest_first_and_limited(store: Store) -> None:
    user = (await store.user("anna")).id
    made = [await tell(store, user, f"number {n}") for n in range(10)]
    hits = await store.search(user, "number", limit=4)
    assert [hit.message_id for hit in hits] == made[:5:-1]
    assert hits[0].snippet == "number 9"


async def test_answers_are_found_once_they_are_finished_but_not_thoughts(store: Store) -> None:
    user = (await store.user("anna")).id
    made = await store.accept(user, NewPrompt([Text("question")]), action_id="1")
    await store.start(made.run.id)
    await store.flush({made.run.id: [Text("growing")]})
    assert await store.search(user, "growing") == []
    await store.finish(made.run.id, "done", [Reasoning("secretly"), Text("grown"), Text("up")])
    assert [hit.message_id for hit in await store.search(user, "grown")] == [made.answer.id]
    assert await store.search(user, "secretly") == []
    assert await store.search(user, "growing") == []


async def test_interrupted_answers_are_found(store: Store) -> None:
    user = (await store.user("anna")).id
    made = await store.accept(user, NewPrompt([Text("question")]), action_id="1")
    await store.start(made.run.id)
    await store.flush({made.run.id: [Text("half a sentence")]})
    await store.finish(made.run.id, "interrupted")
    assert [hit.message_id for hit in await store.search(user, "half")] == [made.answer.id]


async def test_a_search_stays_with_its_person_and_its_thread(store: Store) -> None:
    anna, ben = (await store.user("anna")).id, (await store.user("ben")).id
    one = await store.accept(anna, NewPrompt([Text("shared word one")]), action_id="1")
    two = await store.accept(anna, NewPrompt([Text("shared word two")]), action_id="2")
    three = await store.accept(ben, NewPrompt([Text("shared word three")]), action_id="3")
    assert {hit.message_id for hit in await store.search(anna, "shared")} == {
        one.prompt.id,
        two.prompt.id,
    }
    assert [hit.message_id for hit in await store.search(ben, "shared")] == [three.prompt.id]
    within = await store.search(anna, "shared", thread_id=one.thread.id)
    assert [hit.message_id for hit in within] == [one.prompt.id]
    # The tokens that keep people apart cannot be searched for.
    assert await store.search(ben, f"u{anna}") == []
    assert await store.search(ben, f"@u{anna}") == []


async def test_threads_are_found_by_title_and_by_message(store: Store) -> None:
    user = (await store.user("anna")).id
    by_text = await store.accept(user, NewPrompt([Text("about zebras")]), action_id="1")
    by_title = await store.accept(user, NewPrompt([Text("other")]), action_id="2")
    await store.accept(user, NewPrompt([Text("neither")]), action_id="3")
    await store.update_thread(user, by_title.thread.id, title="Zebras and lions")
    found = await store.threads(user, query="zebra")
    assert [one.id for one in found] == [by_title.thread.id, by_text.thread.id]
    assert [one.id for one in await store.threads(user, query="zebra", limit=1)] == [
        by_title.thread.id
    ]
    rest = await store.threads(user, query="zebra", before=by_title.thread.id)
    assert [one.id for one in rest] == [by_text.thread.id]
    await store.update_thread(user, by_title.thread.id, title="Tigers")
    assert [one.id for one in await store.threads(user, query="zebra")] == [by_text.thread.id]
    assert [one.id for one in await store.threads(user, query="tiger")] == [by_title.thread.id]
    assert len(await store.threads(user, query="  ")) == 3


async def test_deleted_messages_do_not_hide_older_ones(store: Store) -> None:
    user = (await store.user("anna")).id
    kept = await store.accept(user, NewPrompt([Text("needle in hay")]), action_id="0")
    gone = await store.accept(user, NewPrompt([Text("needle")]), action_id="1")
    for number in range(60):
        await tell(store, user, f"needle {number}", gone.thread.id)
    await store.delete_thread(user, gone.thread.id)
    assert [hit.message_id for hit in await store.search(user, "needle", limit=3)] == [
        kept.prompt.id
    ]
    found = await store.threads(user, query="needle", limit=1)
    assert [thread.id for thread in found] == [kept.thread.id]


async def test_a_snippet_shows_the_place(store: Store) -> None:
    user = (await store.user("anna")).id
    await tell(store, user, "word " * 1000 + "the needle is here " + "hay " * 1000)
    [hit] = await store.search(user, "needle")
    assert "the needle is here" in hit.snippet
    assert len(hit.snippet) <= 200
    assert hit.snippet.startswith("…")
    assert hit.snippet.endswith("…")


async def test_very_long_texts_and_words_are_stored_and_found(store: Store) -> None:
    user = (await store.user("anna")).id
    long = " ".join(f"w{n}" for n in range(30_000)) + " " + "x" * 50_000
    identity = await tell(store, user, long[:150_000])
    assert [hit.message_id for hit in await store.search(user, "w12000")] == [identity]
    assert len((await store.message(user, identity)).text) == 150_000
