"""What tests of apps put on pages."""

from __future__ import annotations

from typing import Any

from swell import Q, ui


def card(text: str) -> Any:
    return ui.markdown_card("1 1 1 1", "Title", text)


class Shared:
    """Paints once for all that share the page, and records the prompts."""

    async def serve(self, q: Q) -> None:
        if q.args.say:
            q.page["said"].content = q.args.say
        elif not q.app.painted:
            q.app.painted = True
            q.page["said"] = card("nothing")
        await q.page.save()
