"""Dialog and side panel of the meta card."""

from __future__ import annotations

import re
from typing import Any

import pytest

from swell import Q, app, ui
from swell.cards.base import check_card
from swell.errors import CardError
from swell.testing import connect


def put(**properties: Any) -> dict[str, Any]:
    return check_card("meta", ui.meta_card(box="", **properties))


def test_all_properties_travel() -> None:
    text = {"text": {"content": "Sure?"}}
    dialog = ui.dialog(
        "Delete", [ui.text("Sure?")], "400px", closable=True, name="d", events=["dismissed"]
    )
    assert put(dialog=dialog)["dialog"] == {
        "title": "Delete",
        "items": [text],
        "width": "400px",
        "closable": True,
        "name": "d",
        "events": ["dismissed"],
    }
    panel = ui.side_panel("Settings", [ui.text("Sure?")], blocking=True)
    assert put(side_panel=panel)["side_panel"] == {
        "title": "Settings",
        "items": [text],
        "blocking": True,
    }


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ({"dialog": ui.dialog("D", ui.text("x"))}, "`list`, got `swell.components.text.Text`"),  # type: ignore[arg-type]
        ({"dialog": {"items": []}}, "`Dialog` needs `title`"),
        ({"side_panel": ui.side_panel("P", [], events=["closed"])}, "one of `dismissed`"),  # type: ignore[list-item]
    ],
)
def test_a_wrong_value_is_refused(properties: dict[str, Any], message: str) -> None:
    with pytest.raises(CardError, match=re.escape(message)):
        put(**properties)


@pytest.mark.anyio
async def test_a_dialog_is_changed_by_name_and_closed() -> None:
    @app("/")
    async def serve(q: Q) -> None:
        if not q.client.initialized:
            items = [ui.textbox("city"), ui.button("go")]
            q.page["meta"] = ui.meta_card("", dialog=ui.dialog("Where?", items))
            q.client.initialized = True
        elif q.args.go:
            q.page["meta"].city.error = "No such city"
        elif q.events.d:
            q.page["meta"].dialog = None
        await q.page.save()

    async with connect(serve) as client:
        await client.act("go")
        assert client.page["meta"]["dialog"]["items"][0]["textbox"]["error"] == "No such city"
        await client.event("d", "dismissed")
        assert "dialog" not in client.page["meta"]
