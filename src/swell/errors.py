"""Every exception that Swell raises, in one tree.

Each class has a stable `code`: it is what a browser or a log line names, and what
`docs/reference/errors.md` lists. Messages say what happened, where, and what to do.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from swell.locales import words_of


class SwellError(Exception):
    """Base class; catch it to handle anything this package reports."""

    code: ClassVar[str] = "internal"
    """Stable name: sent to the browser, listed in docs/reference/errors.md."""


class CardError(SwellError, ValueError):
    """A card put on a page, or a value assigned to one, does not fit its schema.

    Attributes:
        card: Name of the card on the page.
        kind: Class of the card, such as `ChatbotCard`.
        reason: What was expected and found, with the path of the field.
    """

    code = "bad_card"

    def __init__(self, card: str, kind: str, reason: str) -> None:
        super().__init__(card, kind, reason)  # all arguments, so that it pickles
        self.card, self.kind, self.reason = card, kind, reason

    def __str__(self) -> str:
        return f"card {self.card!r} is not a valid {self.kind}: {self.reason}"


class RowError(SwellError, ValueError):
    """A row or cell written to a buffer does not fit its fields or its kind.

    Attributes:
        card: Name of the card on the page, empty when not on one yet.
        buffer: Name of the property that holds the buffer, such as `data`.
        reason: What was expected and found.
    """

    code = "bad_row"

    def __init__(self, card: str, buffer: str, reason: str) -> None:
        super().__init__(card, buffer, reason)
        self.card, self.buffer, self.reason = card, buffer, reason

    def __str__(self) -> str:
        of = f" of card {self.card!r}" if self.card else ""
        return f"buffer {self.buffer!r}{of}: {self.reason}"


class PartError(SwellError, ValueError):
    """Something given as a part of a message is none, or a property of it does not fit.

    Attributes:
        where: Path of the value, such as `parts[2].state`.
        reason: What was expected and found.
    """

    code = "bad_part"

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(where, reason)
        self.where, self.reason = where, reason

    def __str__(self) -> str:
        return f"{self.where}: {self.reason}"


class PlainValueError(SwellError, ValueError, TypeError):
    """A value cannot travel to the browser because JSON has no exact form for it.

    Attributes:
        where: Path of the value, such as `card 'chat', data[2].content`.
        reason: What was found and what to write instead.
    """

    code = "bad_value"

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(where, reason)
        self.where, self.reason = where, reason

    def __str__(self) -> str:
        return f"{self.where}: {self.reason}"


class NotSupportedError(SwellError, NotImplementedError):
    """A name of H2O Wave that Swell knows but does not have.

    Attributes:
        name: The name as written in code, such as `ui.plot_card`.
        hint: What to use instead, may be empty.
    """

    code = "not_supported"

    def __init__(self, name: str, hint: str = "") -> None:
        super().__init__(name, hint)
        self.name, self.hint = name, hint

    def __str__(self) -> str:
        hint = f" {self.hint}" if self.hint else ""
        return (
            f"{self.name} is not part of Swell yet.{hint} "
            "docs/reference/wave.md lists every name that is."
        )


class RefusedError(SwellError):
    """Raised by a handler to refuse what was asked, with a sentence for the person.

    On a route with `ack="handled"` the browser keeps the words that were sent, ready to be sent
    again. Nothing is logged: it is an answer, not a fault.

    Attributes:
        message: What to show: what happened, what it means, what to do.
        reason: Stable name for programs, such as `store_unavailable`.
        retry_ms: The browser sends it again by itself after so many milliseconds; None = never.
    """

    code = "refused"

    def __init__(self, message: str, reason: str = "refused", retry_ms: int | None = None) -> None:
        super().__init__(message, reason, retry_ms)
        self.message, self.reason, self.retry_ms = message, reason, retry_ms

    def __str__(self) -> str:
        return self.message


class LimitError(SwellError):
    """Something would grow past its bound, so it was refused whole.

    Attributes:
        what: The bounded thing, such as `page`.
        limit: The bound, with its unit, and the setting that changes it.
    """

    code = "limit"

    def __init__(self, what: str, limit: str) -> None:
        super().__init__(what, limit)
        self.what, self.limit = what, limit

    def __str__(self) -> str:
        return f"{self.what} would exceed its limit of {self.limit}; nothing was changed"


class AnswerLimitError(LimitError):
    """An answer of `@chat` reached the longest length that a page shows; what came before stays.

    Attributes:
        what: `the answer`.
        limit: The bound, with its unit.
    """

    code = "answer_too_long"

    def __str__(self) -> str:
        return f"The answer ends here: it reached the limit of {self.limit}."


class AttachmentError(SwellError):
    """A prompt was sent with a file that is gone or that the card does not take; nothing was run.

    Attributes:
        reason: `file_gone` or `file_refused`; the browser gets it as the code.
        message: A sentence for the person.
    """

    code = "bad_attachment"

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(reason, message)
        self.reason, self.message = reason, message

    def __str__(self) -> str:
        return self.message


class SettingError(SwellError, ValueError):
    """A setting has a value that cannot be used; start-up stops.

    Attributes:
        name: The setting, such as `port`.
        source: Where the value came from, such as `environment SWELL_PORT`.
        reason: What was expected and found.
    """

    code = "bad_setting"

    def __init__(self, name: str, source: str, reason: str) -> None:
        super().__init__(name, source, reason)
        self.name, self.source, self.reason = name, source, reason

    def __str__(self) -> str:
        return f"setting {self.name!r} from {self.source}: {self.reason}"


class OpError(SwellError):
    """An op does not fit the state it was applied to (the receiver must resynchronise).

    Attributes:
        reason: Which precondition failed, with the path.
    """

    code = "desync"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return self.reason


class ProtocolError(SwellError):
    """A peer sent something outside the protocol; its connection is closed.

    Attributes:
        close_code: WebSocket close code, listed in docs/explain/protocol.md.
        reason: What was wrong; never holds the peer's bytes.
    """

    code = "protocol"

    def __init__(self, close_code: int, reason: str) -> None:
        super().__init__(close_code, reason)
        self.close_code, self.reason = close_code, reason

    def __str__(self) -> str:
        return f"{self.reason} (close code {self.close_code})"


class SignInError(SwellError):
    """Nobody is signed in where somebody has to be; no page is shown.

    Attributes:
        reason: What was missing or wrong, for the log.
        temporary: Whether the same request may succeed later, as when `identify=` failed.
    """

    code = "not_signed_in"

    def __init__(self, reason: str, temporary: bool = False) -> None:
        super().__init__(reason, temporary)
        self.reason, self.temporary = reason, temporary

    def __str__(self) -> str:
        return f"nobody is signed in: {self.reason}"


class NotFoundError(SwellError, LookupError):
    """Something with this id is not there, or is not this person's: the two look alike.

    Attributes:
        what: What was looked for, such as `thread`.
        id: The id that was asked for.
    """

    code = "not_found"

    def __init__(self, what: str, id: str) -> None:
        super().__init__(what, id)
        self.what, self.id = what, id

    def __str__(self) -> str:
        return f"there is no {self.what} {self.id!r}"


class StoreUnavailableError(SwellError):
    """The database cannot be used just now; nothing was stored, and the call may be repeated.

    Attributes:
        reason: What is wrong, such as `the disk is full`, and what to do.
    """

    code = "store_unavailable"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return f"the store of conversations is not available: {self.reason}"


class StoreSchemaError(SwellError):
    """The tables in the database do not fit this version of Swell.

    Attributes:
        reason: Which version they have, and what to run.
    """

    code = "store_schema"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return self.reason


class ThreadFormatError(SwellError, ValueError):
    """What was to be imported is no thread that Swell has exported.

    Attributes:
        reason: What was expected and found, with the path of the field.
        fault: What that is about: the entry `format`, the `version`, the `size`, the number of
            `values`, the `depth` or the value at a `place`; empty when it is something else.
        detail: The entry, the version, the most MB, the most values, or the path.
    """

    code = "bad_thread"

    def __init__(
        self,
        reason: str,
        fault: Literal["", "format", "version", "size", "values", "depth", "place"] = "",
        detail: str = "",
    ) -> None:
        super().__init__(reason, fault, detail)
        self.reason = reason
        self.fault = fault
        self.detail = detail

    def __str__(self) -> str:
        return f"this is not an exported thread: {self.reason}"


class ModelError(SwellError):
    """The model did not answer, or not to the end; the message is for the person asking.

    `swell.models.failure_of` makes one of a provider's exception, which is its `__cause__`: its
    details belong in the log, never in the browser.

    Attributes:
        message: What happened and what to do, in one or two sentences; empty means the usual ones.
        retry_after: When to try again, in seconds from now; None when the provider did not say.
    """

    code = "model_failed"

    def __init__(self, message: str = "", retry_after: float | None = None) -> None:
        super().__init__(message, retry_after)
        self.message, self.retry_after = message or self.usual, retry_after

    @property
    def usual(self) -> str:
        """What it says when it is given no other message, in English."""
        failures = words_of().failures
        return failures.get(self.code) or failures[ModelError.code]

    def __str__(self) -> str:
        return self.message


class ModelRateError(ModelError):
    """The provider takes no more requests for now, or the account's quota is used up."""

    code = "rate_limited"


class ModelAuthError(ModelError):
    """The provider does not accept the app's key, or the key may not use this model."""

    code = "auth"


class ModelContextError(ModelError):
    """The conversation does not fit into the model's context."""

    code = "context_too_long"


class ModelConnectionError(ModelError):
    """The provider cannot be reached, or the connection broke or timed out."""

    code = "connection"


class ModelRequestError(ModelError):
    """The provider refused the request: an unknown model, a wrong parameter, forbidden content."""

    code = "bad_request"


class ModelOverloadError(ModelError):
    """The provider has more to do than it can; nothing is wrong with the request."""

    code = "overloaded"


class StoreInUseError(SwellError):
    """Another process serves the same app on the same database file already.

    Attributes:
        app: Name of the app.
        where: The file.
        process: Id of the other process; None when it is not known.
    """

    code = "store_in_use"

    def __init__(self, app: str, where: str, process: int | None) -> None:
        super().__init__(app, where, process)
        self.app, self.where, self.process = app, where, process

    def __str__(self) -> str:
        other = f"process {self.process}" if self.process is not None else "another process"
        return (
            f"{other} serves the app {self.app!r} on {self.where} already, and one app is served "
            "by one process. Stop that one, or give this app another name or another database"
        )


class AskTimeoutError(SwellError):
    """Nobody answered a question of `turn.ask` in time.

    Attributes:
        seconds: How long it waited.
    """

    code = "ask_timeout"

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds

    def __str__(self) -> str:
        return words_of().failures[self.code]


class NotAwaitedError(SwellError, TypeError, AttributeError):
    """The result of a call was used, or dropped, without `await`.

    Attributes:
        call: The call, such as `turn.confirm`.
        where: File and line of the call.
    """

    code = "not_awaited"

    def __init__(self, call: str, where: str) -> None:
        super().__init__(call, where)
        self.call, self.where = call, where

    def __str__(self) -> str:
        return f"{self.call}() at {self.where} was not awaited; write `await {self.call}(...)`"


class DocumentError(SwellError):
    """A file that somebody attached cannot be read; unless caught, the answer ends with that word.

    Attributes:
        name: What the person calls the file.
        reason: Why not.
    """

    code = "bad_document"

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(name, reason)
        self.name, self.reason = name, reason

    def __str__(self) -> str:
        return f"“{self.name}” could not be read: {self.reason}."


class ToolError(SwellError):
    """A tool failed; the model and the person get its message.

    Attributes:
        reason: Why, in words for both.
    """

    code = "tool_failed"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return self.reason
