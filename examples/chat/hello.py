from swell.chat import Turn, chat


@chat("/")
async def answer(turn: Turn):
    yield f"You said: {turn.prompt}"
