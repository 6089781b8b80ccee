"""Every exception that Swell raises, in one tree.

Each class has a stable `code`, which browsers and log lines name and `docs/reference/errors.md`
lists. Messages state what happened, where, and what to do.
"""

from __future__ import annotations

from typing import ClassVar, Literal

import msgspec

from swell.locales import words_of

DECODE_ERRORS: tuple[type[Exception], ...] = (msgspec.DecodeError, UnicodeError, RecursionError)
"""Errors of msgspec for bytes and texts that others sent: not valid, not UTF-8, nested too deep."""


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
    """A value is not a part of a message, or a property of a part is invalid.

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
    """A value is not JSON-serialisable, so it cannot be sent to the browser.

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
    """A name of H2O Wave that Swell does not support.

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
    """A handler refuses an action, with a message for the user.

    On a route with `ack="handled"` the browser keeps the prompt and can send it again. Nothing is
    logged, since a refusal is not a fault.

    Attributes:
        message: Text for the user: what happened, what it means, what to do.
        reason: Stable name for programs, such as `store_unavailable`.
        retry_ms: Milliseconds after which the browser retries automatically; None = never.
    """

    code = "refused"

    def __init__(self, message: str, reason: str = "refused", retry_ms: int | None = None) -> None:
        super().__init__(message, reason, retry_ms)
        self.message, self.reason, self.retry_ms = message, reason, retry_ms

    def __str__(self) -> str:
        return self.message


class LimitError(SwellError):
    """A change would exceed a limit, so none of it was applied.

    Attributes:
        what: What is limited, such as `page`.
        limit: The limit, with its unit, and the setting that changes it.
    """

    code = "limit"

    def __init__(self, what: str, limit: str) -> None:
        super().__init__(what, limit)
        self.what, self.limit = what, limit

    def __str__(self) -> str:
        return f"{self.what} would exceed its limit of {self.limit}; nothing was changed"


class SharedValueError(SwellError):
    """A shared value does not fit the type that the app reads it with.

    Another version of the app has stored it. Set it again, delete it, or use another name.

    Attributes:
        name: Name of the value.
        reason: What was expected and found.
    """

    code = "bad_shared_value"

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(name, reason)
        self.name, self.reason = name, reason

    def __str__(self) -> str:
        return (
            f"the shared value {self.name!r} is of another type: {self.reason}; "
            "set it again, delete it, or use another name"
        )


class AnswerLimitError(LimitError):
    """An answer of `@chat` reached the maximum length; the text so far stays.

    Attributes:
        what: `the answer`.
        limit: The limit, with its unit."""

    code = "answer_too_long"

    def __str__(self) -> str:
        return f"The answer ends here: it reached the limit of {self.limit}."


class AttachmentError(SwellError):
    """A prompt has a file that is gone or that the card does not accept; no handler ran.

    Attributes:
        reason: `file_gone` or `file_refused`; the browser gets it as the code.
        message: Text for the user."""

    code = "bad_attachment"

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(reason, message)
        self.reason, self.message = reason, message

    def __str__(self) -> str:
        return self.message


class SettingError(SwellError, ValueError):
    """A setting has an invalid value; startup fails.

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
        close_code: Code for the peer, listed in docs/explain/protocol.md.
        reason: What was wrong, without the peer's bytes.
    """

    code = "protocol"

    def __init__(self, close_code: int, reason: str) -> None:
        super().__init__(close_code, reason)
        self.close_code, self.reason = close_code, reason

    def __str__(self) -> str:
        return f"{self.reason} (close code {self.close_code})"


class SignInError(SwellError):
    """The route needs a signed-in user, and there is none; no page is shown.

    Attributes:
        reason: What was missing or wrong, for the log.
        temporary: Whether the same request may succeed later, as when `identify=` failed.
    """

    code = "not_signed_in"

    def __init__(self, reason: str, temporary: bool = False) -> None:
        super().__init__(reason, temporary)
        self.reason, self.temporary = reason, temporary

    def __str__(self) -> str:
        return f"no user is signed in: {self.reason}"


class NotFoundError(SwellError, LookupError):
    """There is no object with this id, or it belongs to another user: both give this error.

    Attributes:
        what: Kind of the object, such as `thread`.
        id: The requested id.
    """

    code = "not_found"

    def __init__(self, what: str, id: str) -> None:
        super().__init__(what, id)
        self.what, self.id = what, id

    def __str__(self) -> str:
        return f"there is no {self.what} {self.id!r}"


class StoreUnavailableError(SwellError):
    """The database is unavailable; nothing was stored, and the call may be repeated.

    Attributes:
        reason: The cause, such as `the disk is full`, and what to do.
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
    """The imported file is not a thread exported by Swell.

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
    """The model did not answer, or its answer is incomplete; the message is for the user.

    `swell.models.failure_of` makes one from a provider's exception, which becomes its `__cause__`.
    The details of the cause belong in the log, never in the browser.

    Attributes:
        message: What happened and what to do, in one or two sentences; empty means the default.
        retry_after: Seconds until a retry makes sense; None if the provider did not state it.
    """

    code = "model_failed"

    def __init__(self, message: str = "", retry_after: float | None = None) -> None:
        super().__init__(message, retry_after)
        self.message, self.retry_after = message or self.usual, retry_after

    @property
    def usual(self) -> str:
        """The default message, in English."""
        failures = words_of().failures
        return failures.get(self.code) or failures[ModelError.code]

    def __str__(self) -> str:
        return self.message


class ModelRateError(ModelError):
    """The provider's rate limit is reached, or the account's quota is used up."""

    code = "rate_limited"


class ModelAuthError(ModelError):
    """The provider rejects the app's API key, or the key has no access to this model."""

    code = "auth"


class ModelContextError(ModelError):
    """The conversation does not fit into the model's context."""

    code = "context_too_long"


class ModelConnectionError(ModelError):
    """The provider is unreachable, or the connection broke or timed out."""

    code = "connection"


class ModelRequestError(ModelError):
    """The provider rejected the request: an unknown model, a wrong parameter, forbidden content."""

    code = "bad_request"


class ModelOverloadError(ModelError):
    """The provider is overloaded; the request itself is fine."""

    code = "overloaded"


class StoreInUseError(SwellError):
    """Another process already serves the same app on the same database file.

    Attributes:
        app: Name of the app.
        where: The file.
        process: Id of the other process; None if it is unknown.
    """

    code = "store_in_use"

    def __init__(self, app: str, where: str, process: int | None) -> None:
        super().__init__(app, where, process)
        self.app, self.where, self.process = app, where, process

    def __str__(self) -> str:
        other = f"process {self.process}" if self.process is not None else "another process"
        return (
            f"{other} serves the app {self.app!r} on {self.where} already, and SQLite is for one "
            "process. Stop that one, or set SWELL_DATABASE_URL to "
            "postgresql://user:password@host/name, which many processes may use"
        )


class PushError(SwellError):
    """A program could not push to a server's pages or files, or read them.

    Attributes:
        url: Address of the page, file or server.
        reason: Stable name of the cause, such as `not_found`, `unreachable` or `refused`.
        message: What happened, and what to do.
    """

    code = "push_failed"

    def __init__(self, url: str, reason: str, message: str) -> None:
        super().__init__(url, reason, message)
        self.url, self.reason, self.message = url, reason, message

    def __str__(self) -> str:
        return f"{self.url}: {self.message}" if self.url else self.message


class AskTimeoutError(SwellError):
    """No user answered a question of `turn.ask` in time.

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
    """An attached file cannot be read; unless caught, the answer fails with this message.

    Attributes:
        name: The user's name for the file.
        reason: The cause.
    """

    code = "bad_document"

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(name, reason)
        self.name, self.reason = name, reason

    def __str__(self) -> str:
        return f"“{self.name}” could not be read: {self.reason}."


class ToolError(SwellError):
    """A tool failed; the model and the user get its message.

    Attributes:
        reason: Text for the model and the user.
    """

    code = "tool_failed"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return self.reason
