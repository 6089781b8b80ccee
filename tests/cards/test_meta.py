"""Meta card: properties of the page."""

from __future__ import annotations

from typing import Any

import pytest

from swell import ui
from swell.cards import scripts
from swell.cards.base import check_card, check_property
from swell.cards.meta import THEMES
from swell.errors import CardError


def put(**properties: Any) -> dict[str, Any]:
    return check_card("meta", ui.meta_card(box="", **properties))


def test_layouts_travel_with_zones_at_any_depth() -> None:
    inner = ui.zone("side", size="300px", align="stretch", wrap="around")
    zones = [ui.zone("top"), ui.zone("body", direction="row", justify="between", zones=[inner])]
    assert put(layouts=[ui.layout("xs", zones, width="90%", name="small")])["layouts"] == [
        {
            "breakpoint": "xs",
            "zones": [
                {"name": "top"},
                {
                    "name": "body",
                    "direction": "row",
                    "justify": "between",
                    "zones": [
                        {"name": "side", "size": "300px", "align": "stretch", "wrap": "around"}
                    ],
                },
            ],
            "width": "90%",
            "name": "small",
        }
    ]


@pytest.mark.parametrize("theme", THEMES)
def test_every_built_in_theme_is_known(theme: str) -> None:
    assert put(theme=theme)["theme"] == theme


def test_there_are_the_fifteen_themes_and_another_name_of_the_default() -> None:
    assert len(set(THEMES) - {"light"}) == 15


def test_a_page_may_be_light_or_dark_as_the_system_is() -> None:
    checked = put(theme="auto")
    assert checked["theme"] == "auto"
    assert check_property("meta", checked, ["theme"], "nord") == "nord"
    assert check_property("meta", checked, ["theme"], "auto") == "auto"


def test_a_theme_of_the_app_can_be_used() -> None:
    own = ui.theme("mine", text="#000", card="#fff", page="#eee", primary="red")
    checked = put(themes=[own], theme="mine")
    assert check_property("meta", checked, ["theme"], "mine") == "mine"
    assert checked["themes"][0]["primary"] == "red"


def test_a_mistyped_theme_is_refused_when_put_and_when_assigned() -> None:
    message = r"MetaCard: Expected one of .*got 'h2o-drak', did you mean `h2o-dark`\? - at `\$\.th"
    with pytest.raises(CardError, match=message):
        put(theme="h2o-drak")
    with pytest.raises(CardError, match=message):
        check_property("meta", put(), ["theme"], "h2o-drak")


def test_a_notification_bar_and_styles_travel() -> None:
    bar = ui.notification_bar(
        "Saved",
        type="success",
        timeout=-1,
        position="top-center",
        events=["dismissed"],
        name="bar",
        buttons=[ui.button("undo")],
    )
    checked = put(
        title="App",
        icon="/icon.png",
        redirect="#home",
        notification_bar=bar,
        stylesheet=ui.inline_stylesheet("p {}", media="print"),
        stylesheets=[ui.stylesheet("/a.css")],
    )
    assert checked == {
        "view": "meta",
        "box": "",
        "title": "App",
        "icon": "/icon.png",
        "redirect": "#home",
        "notification_bar": {
            "text": "Saved",
            "type": "success",
            "timeout": -1,
            "position": "top-center",
            "events": ["dismissed"],
            "name": "bar",
            "buttons": [{"button": {"name": "undo"}}],
        },
        "stylesheet": {"content": "p {}", "media": "print"},
        "stylesheets": [{"path": "/a.css"}],
    }


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ({"layouts": [ui.layout("xs", [ui.zone("")])]}, r"non-empty.*zones\[0\]\.name`"),
        ({"layouts": [ui.layout("xs", [ui.zone("a", direction="down")])]}, r"`row`, `column`"),  # type: ignore[arg-type]
        ({"layouts": [ui.layout("xs", [ui.zone("a", justify="left")])]}, r"`between`, `around`"),  # type: ignore[arg-type]
        ({"layouts": [ui.layout("xs", [ui.zone("a", align="left")])]}, r"`center`, `stretch`"),  # type: ignore[arg-type]
        ({"layouts": [ui.layout("xs", [ui.zone("a", wrap="yes")])]}, r"`around`, `stretch`"),  # type: ignore[arg-type]
        ({"layouts": [ui.zone("a")]}, r"Expected `Layout`, got `swell.cards.meta.Zone`"),
        ({"notification_bar": "Saved"}, r"Expected `NotificationBar`, got `str`"),
        ({"notification_bar": ui.notification_bar("x", type="ok")}, r"`info`, .*got 'ok'"),  # type: ignore[arg-type]
        ({"notification_bar": ui.notification_bar("x", position="top")}, r"`top-right`, "),  # type: ignore[arg-type]
        ({"notification_bar": ui.notification_bar("x", timeout=-2)}, r"`int` >= -1, got -2"),
        ({"notification_bar": ui.notification_bar("x", events=["x"])}, r"one of `dismissed`"),  # type: ignore[list-item]
        ({"themes": [ui.theme("", "a", "b", "c", "d")]}, r"non-empty.*themes\[0\]\.name"),
    ],
)
def test_a_wrong_property_is_refused(properties: dict[str, Any], message: str) -> None:
    with pytest.raises(CardError, match=message):
        put(**properties)


def test_scripts_travel_and_analytics_are_taken(caplog: pytest.LogCaptureFixture) -> None:
    scripts._warned.clear()
    card = ui.meta_card(
        "",
        tracker=ui.tracker("gtag", "G-1"),
        scripts=[ui.script("/static/x.js", asynchronous=True)],
        script=ui.inline_script("x()", requires=["x"], targets=["y"]),
    )
    for _ in range(2):
        sent = check_card("meta", card)
    assert sent["scripts"] == [{"path": "/static/x.js", "asynchronous": True}]
    assert sent["script"] == {"content": "x()", "requires": ["x"], "targets": ["y"]}
    said = [record.message for record in caplog.records]
    assert [("tracker" in one, "page_scripts" in one) for one in said] == [
        (True, False),
        (False, True),
    ]


def test_where_scripts_are_allowed_nothing_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    scripts._warned.clear()
    token = scripts.page_scripts.set(True)
    check_card("meta", ui.meta_card("", script=ui.inline_script("x()")))
    scripts.page_scripts.reset(token)
    assert caplog.records == []
