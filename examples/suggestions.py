"""Prompts to begin with, and others to go on with after each answer."""

from swell import Q, app, data, on, run_on, ui

TOPICS = {
    "tea": ("Tell me about tea", "Leaves and hot water. Green and black come from one plant."),
    "coffee": ("Tell me about coffee", "Roasted seeds and hot water. Grind them just before."),
    "cocoa": ("Tell me about cocoa", "Roasted seeds, too, and hot milk. Stir well."),
}


def suggestions(without: str = "") -> list[ui.ChatSuggestion]:
    return [ui.chat_suggestion(key, TOPICS[key][0]) for key in TOPICS if key != without]


@on("prompt")
async def typed(q: Q, prompt: str) -> None:
    found = next((key for key in TOPICS if key in prompt.lower()), "")
    q.page["chat"].data += [prompt, True]
    q.page["chat"].data += [TOPICS[found][1] if found else "I know about drinks only.", False]
    q.page["chat"].suggestions = suggestions(without=found)


@on("prompt.suggestion")
async def suggested(q: Q, key: str) -> None:
    if key in TOPICS:  # it comes from a browser, so look before using it
        await typed(q, TOPICS[key][0])


@app("/")
async def serve(q: Q) -> None:
    if not q.client.initialized:
        q.page["chat"] = ui.chatbot_card(
            box="1 1 -1 -1",
            name="prompt",
            data=data("content from_user", t="list"),
            events=["suggestion"],
            suggestions=suggestions(),
        )
        q.client.initialized = True
    await run_on(q)
    await q.page.save()
