"""Answer with a language model, through any endpoint that speaks OpenAI's chat API."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from swell.demo.search import Hit
from swell.errors import SwellError

INSTRUCTIONS = """\
You answer questions about Swell, a Python framework for chat apps.
Use only the passages below. When they do not answer the question, say so in one sentence.
Be brief. Quote code as it is. After each statement link the page it is from, as given."""

MAX_ANSWER = 40_000
"""Longest answer taken from the model, in characters."""


class ModelError(SwellError):
    """The model did not answer, or not to the end; the message is for the person asking."""

    code = "model_failed"


class _Delta(msgspec.Struct):
    content: str | None = None


class _Choice(msgspec.Struct):
    delta: _Delta = msgspec.field(default_factory=_Delta)
    finish_reason: str | None = None


class _Chunk(msgspec.Struct):
    choices: list[_Choice] = []
    error: object = None


@dataclass(frozen=True)
class Model:
    """A model at an endpoint.

    Attributes:
        name: The model's name, as the endpoint knows it.
        base_url: Address of the API, such as `http://localhost:8080/v1`.
        api_key: Sent as a bearer token when not empty; never shown or logged.
    """

    name: str
    base_url: str
    api_key: str = field(default="", repr=False)

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Model | None:
        """Return the configured model, or None. `SWELL_MODEL` is what turns it on."""
        if not (name := environ.get("SWELL_MODEL", "").strip()):
            return None
        base_url = environ.get("OPENAI_BASE_URL", "").strip() or "https://api.openai.com/v1"
        return cls(name, base_url.rstrip("/"), environ.get("OPENAI_API_KEY", "").strip())

    async def stream(
        self, question: str, hits: Sequence[Hit], earlier: Sequence[tuple[str, str]] = ()
    ) -> AsyncGenerator[str, None]:
        """Yield the answer as it is written. Cancelling the task closes the request.

        Args:
            question: What the person asked.
            hits: Passages to answer from.
            earlier: Past turns as (question, answer), oldest first.

        Raises:
            ModelError: If the endpoint cannot be used, refuses, or stops half-way.
        """
        try:
            import httpx  # only people who configure a model need it
        except ImportError as error:
            raise ModelError(
                "A model is configured, but the part that talks to it is not installed. "
                "Run `pip install 'swell[models]'` and start again."
            ) from error

        body = {"model": self.name, "stream": True, "messages": _messages(question, hits, earlier)}
        headers = {"Authorization": f"Bearer {self.api_key}"} if self.api_key else {}
        timeout = httpx.Timeout(60, connect=10)  # seconds; the longest wait for the next token
        length, finished = 0, False
        try:
            async with (
                httpx.AsyncClient(timeout=timeout) as http,
                http.stream(
                    "POST", f"{self.base_url}/chat/completions", json=body, headers=headers
                ) as response,
            ):
                if response.status_code != 200:
                    raise ModelError(
                        f"The model's server refused the question (status {response.status_code}). "
                        "Check its address, its key and the model's name."
                    )
                async for line in response.aiter_lines():
                    event = line.removeprefix("data:").strip() if line.startswith("data:") else ""
                    if event == "[DONE]":
                        return
                    if not event:
                        continue
                    chunk = msgspec.json.decode(event, type=_Chunk)
                    if chunk.error is not None:
                        raise ModelError("The model's server reported an error. Ask again.")
                    for choice in chunk.choices[:1]:
                        text = choice.delta.content or ""
                        length += len(text)
                        if length > MAX_ANSWER:
                            raise ModelError("The answer grew too long and was ended here.")
                        if text:
                            yield text
                        finished |= choice.finish_reason is not None
        except (httpx.InvalidURL, httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise ModelError(
                "The model cannot be reached. Check OPENAI_BASE_URL, then ask again."
            ) from error
        except (httpx.HTTPError, msgspec.DecodeError) as error:
            raise ModelError("The connection to the model broke. Ask again.") from error
        if not finished:
            raise ModelError("The model stopped before the end of its answer. Ask again.")


def _messages(
    question: str, hits: Sequence[Hit], earlier: Sequence[tuple[str, str]]
) -> list[dict[str, str]]:
    passages = "\n\n".join(
        f"From [{hit.section.name}]({hit.section.page.link}):\n{hit.section.text}" for hit in hits
    )
    messages = [{"role": "system", "content": f"{INSTRUCTIONS}\n\n{passages or 'No passages.'}"}]
    for asked, answered in earlier:
        messages += [
            {"role": "user", "content": asked},
            {"role": "assistant", "content": answered},
        ]
    return [*messages, {"role": "user", "content": question}]
