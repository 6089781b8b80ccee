"""Examples and docs that need a model get one that is scripted, by the usual environment."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.models import standin
from tests.server.live_server import LiveServer

from swell.models.local import LOCAL


@pytest.fixture(scope="session")
def model_server() -> Iterator[str]:
    """Address of a server that speaks as OpenAI's and Anthropic's do."""
    server = LiveServer(standin.app)
    yield f"http://{server.host}"
    server.stop()


@pytest.fixture(autouse=True)
def model_in_the_environment(model_server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("OPENAI_BASE_URL", f"{model_server}/v1")
    monkeypatch.setitem(LOCAL, "Ollama", f"{model_server}/v1")
    monkeypatch.setenv("OPENAI_API_KEY", "key")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", model_server)
    monkeypatch.setenv("ANTHROPIC_API_KEY", "key")
