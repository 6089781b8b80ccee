"""How a command ends early."""

from __future__ import annotations

from types import TracebackType


class CommandError(Exception):
    """Ends a command with one message for the person at the terminal.

    Not a `SwellError`: it never leaves the command line.

    Attributes:
        exit_code: 1 when the app is at fault, 2 when the command line or the environment is.
    """

    def __init__(self, message: str, exit_code: int = 2) -> None:
        super().__init__(message, exit_code)
        self.message, self.exit_code = message, exit_code

    def __str__(self) -> str:
        return self.message


class BrokenAppError(CommandError):
    """The app raised while it was loaded or started.

    Attributes:
        error: The exception.
        frames: Its traceback, from the app's own first frame on.
    """

    def __init__(self, message: str, error: BaseException, frames: TracebackType | None) -> None:
        super().__init__(message, 1)
        self.error, self.frames = error, frames
