"""The chat that is attacked, mounted in a FastAPI application."""

from __future__ import annotations

from fastapi import FastAPI

from swell import main
from tests.attacks import app

__all__ = ["app", "server"]

server = FastAPI(lifespan=main.lifespan)
server.mount("/chat", main)
