"""Threads out and in again as JSON, and out as Markdown."""

from __future__ import annotations

import json
from typing import Any

import pytest

from swell.chat import NewPrompt, Regenerate
from swell.chat.records import Accepted
from swell.chat.store import Store
from swell.errors import ThreadFormatError
from swell.locales import words_of
from swell.parts import Image, Incomplete, Reasoning, Source, Table, Text, ToolCall

pytestmark = pytest.mark.anyio


async def conversation(store: Store, user: str) -> Accepted:
    """Make a thread of two branches."""
    first = await store.accept(user, NewPrompt([Text("one")]), action_id="1", model="model-1")
    await store.update_thread(user, first.thread.id, title="About *numbers*")
    await store.start(first.run.id)
    await store.finish(
        first.run.id,
        "done",
        [
            Reasoning("First\nsecond"),
            ToolCall("count", {"to": 1}, "done", 1, id="1"),
            Text("uno"),
            Table(["a", "b|c"], [[1, None]]),
            Image("https://example.com/a b.png", "A [picture]"),
            Source("Counting", "https://example.com/?a=<b>"),
        ],
        usage={"input": 1},
        suggestions=["And dos?"],
    )
    again = await store.accept(user, Regenerate(first.answer.id), action_id="2")
    error, code = "The model is busy.", "overloaded"
    await store.finish(again.run.id, "failed", [], error=error, error_code=code, error_id="1f")
    await store.select(user, first.thread.id, first.answer.id)
    return first


async def test_an_exported_thread_is_imported_with_all_branches(store: Store) -> None:
    anna, ben = (await store.user("anna")).id, (await store.user("ben")).id
    made = await conversation(store, anna)
    exported = json.loads(json.dumps(await store.export(anna, made.thread.id)))
    thread = await store.import_thread(ben, exported)
    assert (thread.title, thread.user_id) == ("About *numbers*", ben)
    original = await store.messages(made.thread.id)
    copied = await store.messages(thread.id)
    assert [(m.role, m.parts, m.status, m.siblings, m.suggestions) for m in copied] == [
        (m.role, m.parts, m.status, m.siblings, m.suggestions) for m in original
    ]
    assert copied[1].suggestions == ("And dos?",)
    assert not {m.id for m in copied} & {m.id for m in original}
    other = await store.message(ben, await store.sibling(ben, copied[1].id, 1))
    assert (other.status, other.error) == ("failed", "The model is busy.")
    assert (other.error_code, other.error_id) == ("overloaded", "1f")
    assert [hit.thread_id for hit in await store.search(ben, "uno")] == [thread.id]
    assert [one.id for one in await store.threads(ben, query="numbers")] == [thread.id]
    again = await store.export(ben, thread.id)
    assert [m["parts"] for m in again["messages"]] == [m["parts"] for m in exported["messages"]]


async def test_an_unfinished_answer_is_imported_as_interrupted(store: Store) -> None:
    user = (await store.user("anna")).id
    made = await store.accept(user, NewPrompt([Text("one")]), action_id="1")
    thread = await store.import_thread(user, await store.export(user, made.thread.id))
    assert [m.status for m in await store.messages(thread.id)] == ["done", "interrupted"]


GOOD: dict[str, Any] = {
    "format": "swell.thread",
    "version": 1,
    "title": "t",
    "created": 1.0,
    "leaf": None,
    "messages": [{"id": "a", "role": "user", "parts": [], "created": 1.0}],
}
MESSAGE = GOOD["messages"][0]


@pytest.mark.parametrize(
    ("change", "reason", "fault"),
    [
        ([], "expected an object with", 'format "format": "swell.thread"'),
        ({"format": "other"}, "expected an object with", 'format "format": "swell.thread"'),
        ({"version": 2}, "version 2 is not known here", "version 2"),
        ({"title": 7}, r"Expected `str`, got `int` - at `\$.title`", "place $.title"),
        (
            {"messages": [{**MESSAGE, "role": "system"}]},
            r"at `\$.messages\[0\].role`",
            "place $.messages[0].role",
        ),
        ({"messages": [{}]}, "missing required field `id`", "place $.messages[0].id"),
        (
            {"messages": [{**MESSAGE, "parts": [{"type": "x"}]}]},
            r"messages\[0\].parts\[0\]",
            "place $.messages[0].parts[0].type",
        ),
        (
            {"messages": [{**MESSAGE, "parent": "b"}]},
            "the parent must come before",
            "place $.messages[0].parent",
        ),
        (
            {"messages": [{**MESSAGE, "parent": "a"}]},
            "the parent must come before",
            "place $.messages[0].parent",
        ),
        ({"messages": [MESSAGE, MESSAGE]}, "duplicate id", "place $.messages[1].id"),
        ({"leaf": "b"}, r"the message is not there - at `\$.leaf`", "place $.leaf"),
        ({"messages": [MESSAGE] * 20_001}, "length <= 20000", "place $.messages"),
        ({"title": "x" * (33 << 20)}, "^this is not an exported thread: it is larger", "size 32"),
    ],
)
async def test_what_is_no_export_is_refused_with_the_reason(
    store: Store, change: Any, reason: str, fault: str
) -> None:
    user = (await store.user("anna")).id
    value = {**GOOD, **change} if isinstance(change, dict) else change
    with pytest.raises(ThreadFormatError, match=reason) as raised:
        await store.import_thread(user, value)
    assert f"{raised.value.fault} {raised.value.detail}" == fault
    assert await store.threads(user) == []


async def test_a_branch_is_written_as_markdown(store: Store) -> None:
    user = (await store.user("anna")).id
    made = await conversation(store, user)
    assert await store.markdown(user, made.thread.id) == (
        "# About \\*numbers\\*\n\n"
        "## You\n\n"
        "one\n\n"
        "## model-1\n\n"
        "> First\n> second\n\n"
        '**count**\n\n```json\n{\n  "to": 1\n}\n```\n\n'
        "uno\n\n"
        "| a | b\\|c |\n| --- | --- |\n| 1 |  |\n\n"
        "![A \\[picture\\]](https://example.com/a%20b.png)\n\n"
        "- [Counting](https://example.com/?a=%3Cb%3E)\n"
    )


async def test_markdown_says_in_other_words_what_it_says_itself(store: Store) -> None:
    user = (await store.user("anna")).id
    made = await store.accept(user, NewPrompt([Text("uno")]), action_id="1")
    await store.finish(made.run.id, "stopped", [Text("un"), Incomplete("length")])
    heads = ["# Conversación", "## Tú", "uno", "## Asistente"]

    async def written() -> list[str]:
        return (await store.markdown(user, made.thread.id, words_of("es"))).strip().split("\n\n")

    cut = "*La respuesta alcanzó el límite de longitud del modelo.*"
    assert await written() == [*heads, "un", cut, "*Detenida*"]
    assert (await store.markdown(user, made.thread.id)).startswith("# Conversation\n\n## You\n")
    for code, id, said in (
        ("overloaded", None, "*El modelo está sobrecargado. Inténtalo de nuevo en un momento.*"),
        (
            "overloaded",
            "1f",
            "*El modelo está sobrecargado. Inténtalo de nuevo en un momento. (Error 1f)*",
        ),
        ("unheard_of", None, "*It is busy.*"),
    ):
        again = await store.accept(user, Regenerate(made.answer.id), action_id=f"{code}{id}")
        await store.finish(
            again.run.id, "failed", [], error="It is busy.", error_code=code, error_id=id
        )
        assert await written() == [*heads, said]
