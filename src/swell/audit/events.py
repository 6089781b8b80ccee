"""The events of the audit log. This module does not load the database's library."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

__all__ = ["AUDITED_REFUSALS", "EVENTS", "AuditEvent", "Detail"]

AuditEvent = Literal[
    "sign_in",
    "sign_in_failed",
    "sign_out",
    "signed_out",
    "disabled",
    "enabled",
    "role",
    "shared",
    "unshared",
    "exported",
    "imported",
    "deleted",
    "restored",
    "stopped",
    "refused",
    "erased",
    "backup",
]
"""What can happen; `docs/howto/monitoring.md` explains each."""

EVENTS: tuple[str, ...] = get_args(AuditEvent)

AUDITED_REFUSALS = frozenset(
    {"forbidden", "not_admitted", "not_found", "too_fast", "too_many", "used_up"}
)
"""Reasons of a `RefusedError` that are about rights and limits, and not about the moment."""

Detail: TypeAlias = str | int | float | bool | None
