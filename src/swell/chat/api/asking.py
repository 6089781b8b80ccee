"""Questions of a handler for programs: the text, and the schema of the answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from swell.chat.runs.ask import PREFIX, Question
from swell.expando import Expando

__all__ = ["answer", "is_confirmation", "question_text", "response_schema"]

_TEXTS = ("text", "message_bar")
_KINDS = {
    "textbox": "string",
    "dropdown": "string",
    "checkbox": "boolean",
    "button": "boolean",
    "mini_button": "boolean",
}


def question_text(question: Question) -> str:
    """Return the text of the question, as Markdown."""
    items = question.card().items
    texts = [item[tag] for item in items for tag in _TEXTS if tag in item]
    return "\n\n".join(str(text.get("content") or text.get("text") or "") for text in texts)


def is_confirmation(question: Question) -> bool:
    """Return whether a question has only the buttons `yes` and `no`."""
    names = {_name(question, control) for _, control in _controls(question)}
    return names == {"yes", "no"}


def response_schema(question: Question) -> dict[str, Any]:
    """Return the JSON Schema of an answer: an object with the values of the controls."""
    properties: dict[str, Any] = {}
    for tag, control in _controls(question):
        kind: dict[str, Any] = {"type": _KINDS.get(tag, "string")}
        if label := control.get("label"):
            kind["title"] = label
        if choices := control.get("choices"):
            one = {**kind, "enum": [choice["name"] for choice in choices]}
            multiple = control.get("values") is not None
            kind = {"type": "array", "items": one} if multiple else one
        properties[_name(question, control)] = kind
    return {"type": "object", "properties": properties, "additionalProperties": False}


def answer(question: Question, payload: object) -> None:
    """Answer a question with a program's payload.

    Args:
        question: Still open.
        payload: An object with values by the names of controls. A question with the buttons `yes`
            and `no` also takes a boolean; one with a single control takes its value.

    Raises:
        ValueError: If the payload does not fit the question.
    """
    names = {_name(question, control): tag for tag, control in _controls(question)}
    inputs = [name for name, tag in names.items() if "button" not in tag]
    if isinstance(payload, bool) and "yes" in names:
        values: dict[str, Any] = {"yes": payload, "no": not payload}
    elif isinstance(payload, dict):
        values = {str(name): value for name, value in payload.items()}
    elif payload is not None and len(inputs) == 1:
        values = {inputs[0]: payload}
    else:
        raise ValueError(f"The payload has to be an object with some of: {', '.join(names)}.")
    if unknown := [name for name in values if name not in names]:
        raise ValueError(f"The question has no {unknown[0]!r}, but: {', '.join(names)}.")
    for name, value in values.items():
        expected = bool if _KINDS.get(names[name]) == "boolean" else (str, list)
        if value is not None and not isinstance(value, expected):
            raise ValueError(f"{name!r} has a wrong type; see the response schema.")
    question.resolve(Expando({f"{PREFIX}{question.id}-{n}": v for n, v in values.items()}))


def _name(question: Question, control: dict[str, Any]) -> str:
    return str(control["name"]).removeprefix(f"{PREFIX}{question.id}-")


def _controls(question: Question) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the controls of a form with their tags, in order."""
    yield from _named(question.card().items)


def _named(node: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(node, list):
        for item in node:
            yield from _named(item)
    elif isinstance(node, dict):
        for tag, value in node.items():
            if isinstance(value, dict) and str(value.get("name", "")).startswith(PREFIX):
                yield tag, value
            elif isinstance(value, dict | list):
                yield from _named(value)
