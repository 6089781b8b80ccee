"""Thumbs under each answer; the header counts them for everybody."""

from typing import Any

from swell import Q, app, data, on, run_on, ui

votes: dict[str, bool] = {}  # the last vote for each answer


def score() -> str:
    good = sum(votes.values())
    return f"{good} good, {len(votes) - good} bad"


@on("prompt")
async def answer(q: Q, prompt: str) -> None:
    q.page["chat"].data += [prompt, True]
    q.page["chat"].data += [f"**{prompt}** has {len(prompt)} characters.", False]


@on("prompt.feedback")
async def vote(q: Q, feedback: dict[str, Any]) -> None:
    votes[feedback["message"]] = feedback["positive"]
    q.page["header"].subtitle = score()


@app("/")
async def serve(q: Q) -> None:
    if not q.client.initialized:
        q.page["header"] = ui.header_card(
            box="1 1 -1 1", title="How many characters?", subtitle=score()
        )
        q.page["chat"] = ui.chatbot_card(
            box="1 2 -1 -1",
            name="prompt",
            data=data("content from_user", t="list"),
            events=["feedback"],
        )
        q.client.initialized = True
    await run_on(q)
    await q.page.save()
