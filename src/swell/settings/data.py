"""Settings of retention: how long records are kept."""

from __future__ import annotations

from typing import Annotated

from .about import About
from .observe import ObserveSettings

_YEARS = 100 * 365 * 86400


class DataSettings(ObserveSettings, frozen=True, kw_only=True):
    """Retention: how long records are kept."""

    chats_keep_s: Annotated[
        float,
        About(
            "How long a chat without a new message is kept, pinned or not. A day later it is "
            "purged with its files and links. 0 keeps all.",
            0,
            _YEARS,
        ),
    ] = 0.0
    sign_ins_keep_s: Annotated[
        float,
        About("How long a sign-in is kept after it has ended or expired.", 60, _YEARS),
    ] = 30 * 86400.0
