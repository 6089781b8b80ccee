"""The reference page of the settings, made from their table."""

from __future__ import annotations

from .table import settings_table

__all__ = ["settings_markdown"]


def settings_markdown() -> str:
    """Return the reference page `docs/reference/settings.md`, made from the table."""
    lines = [
        "# Settings",
        "",
        "<!-- Made by `make gen` from src/swell/settings/table.py; edits here are lost. -->",
        "",
        "A flag of `swell run` wins over the environment; `SWELL_*` wins over the name that H2O",
        "Wave uses for the same thing; both win over the default. A value that cannot be used",
        "stops the start and is named together with its source. `swell config` shows what holds.",
        "",
        "Durations are seconds or text such as `90s`, `1m30s`, `250ms`. Sizes are bytes or text",
        "such as `256K`, `25M`, `1G` (powers of 1024). Lists are separated by commas.",
        "",
        "| setting | default | meaning |",
        "| --- | --- | --- |",
    ]
    for row in settings_table():
        names = [f"`{name}`" for name in (row.env, row.flag, row.wave) if name]
        default = f"`{row.default}`" if row.default else "none"
        kind = row.kind.replace("|", "or")
        lines.append(f"| {', '.join(names)} | {default} | {row.help} ({kind}) |")
    lines += [
        "",
        "`H2O_WAVE_LISTEN=:8080` sets only the port: the address stays `127.0.0.1` until it is",
        "named, as in `0.0.0.0:8080`.",
        "",
    ]
    return "\n".join(lines)
