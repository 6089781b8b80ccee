"""A chat in a FastAPI app of your own: `uvicorn fastapi_mount:server`, then open /assistant/."""

from fastapi import FastAPI

from swell import main
from swell.chat import Turn, chat


@chat("/", title="Assistant")
async def answer(turn: Turn):
    yield f"You said: {turn.prompt}"


server = FastAPI(lifespan=main.lifespan)


@server.get("/health")
def health() -> dict[str, str]:
    return {"status": "ok"}


server.mount("/assistant", main)
