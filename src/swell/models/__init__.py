"""Language models: readers of their streams, and classes of their errors.

Chunks and exceptions are recognised by the package they come from; none is imported here, and none
needs to be installed.
"""

from swell.models.deltas import (
    Delta,
    Failure,
    Finish,
    ReasoningDelta,
    TextDelta,
    ToolCallDelta,
    Usage,
)
from swell.models.exceptions import failure_of
from swell.models.local import local_model
from swell.models.providers.compatible import Compatible
from swell.models.reader import Reader, parts_of

__all__ = [
    "Compatible",
    "Delta",
    "Failure",
    "Finish",
    "Reader",
    "ReasoningDelta",
    "TextDelta",
    "ToolCallDelta",
    "Usage",
    "failure_of",
    "local_model",
    "parts_of",
]
