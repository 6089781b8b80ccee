"""Answer with a language model, through any endpoint that speaks OpenAI's chat API."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

from swell.demo.search import Hit
from swell.errors import ModelError
from swell.models import Compatible, TextDelta

INSTRUCTIONS = """\
You answer questions about Swell, a Python framework for chat apps.
Use only the passages below. When they do not answer the question, say so in one sentence.
Be brief. Quote code as it is. After each statement link the page it is from, as given."""

MAX_ANSWER = 40_000
"""Longest answer taken from the model, in characters."""


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
        """Yield the answer as it streams. Cancelling the task closes the request.

        Args:
            question: The user's question.
            hits: Passages to answer from.
            earlier: Past turns as (question, answer), oldest first.

        Raises:
            ModelError: If the endpoint cannot be used, refuses, or stops half-way.
        """
        compatible = Compatible(self.base_url, self.name, self.api_key, timeout_s=60)
        length = 0
        async with aclosing(compatible.stream(_messages(question, hits, earlier))) as deltas:
            async for delta in deltas:
                if not isinstance(delta, TextDelta):
                    continue
                length += len(delta.text)
                if length > MAX_ANSWER:
                    raise ModelError("The answer grew too long and was ended here.")
                yield delta.text


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
