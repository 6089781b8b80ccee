"""Meta card: title, theme, layout and other properties of the whole page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Literal

from msgspec import Meta

from swell.components.base import Component
from swell.mistakes import near_miss
from swell.schema.kinds import MisfitError, Name, Record, quoted

from .base import Card, Command
from .box import Box
from .dialog import Dialog, SidePanel
from .scripts import InlineScript, Script, Tracker, warn_skipped

THEMES = (
    "default",
    "light",
    "neon",
    "h2o-dark",
    "one-dark-pro",
    "monokai",
    "nord",
    "winter-is-coming",
    "fuchasia",  # the spelling is Wave's, as is "lighting"
    "nature",
    "solarized",
    "oceanic",
    "ember",
    "lighting",
    "kiwi",
    "benext",
)
"""Names of the built-in themes; `light` is another name of `default`."""


class Zone(Record):
    """An area of a layout. It holds either cards or more zones.

    Attributes:
        name: Name of the zone, which cards give as their `box`.
        size: Share of the free space, such as `2`, or a CSS length: a width in a row, a height
            in a column. Default: the size of the content in a column, 1 in a row.
        direction: `row` or `column` (the default): how its content is laid out.
        justify: Along that direction: `start`, `end`, `center`, `between` or `around`.
        align: Across it: `start`, `end`, `center` or `stretch`.
        wrap: Continue in a next line, with the lines at `start`, `end`, `center`, `between`,
            `around` or `stretch`. Absent: one line.
        zones: Zones inside. A zone with zones takes no cards.
    """

    name: Name
    size: str | None = None
    direction: Literal["row", "column"] | None = None
    justify: Literal["start", "end", "center", "between", "around"] | None = None
    align: Literal["start", "end", "center", "stretch"] | None = None
    wrap: Literal["start", "end", "center", "between", "around", "stretch"] | None = None
    zones: Sequence[Zone] | None = None


class Layout(Record):
    """How a page is divided at a range of window widths.

    Attributes:
        breakpoint: Narrowest window it is for: `xs` (0), `s` (576), `m` (768), `l` (992) or `xl`
            (1200), or a width in CSS pixels such as `640px`.
        zones: The areas, top to bottom.
        width: CSS width of the page; `100%` when absent.
        min_width: CSS width it does not shrink below.
        max_width: CSS width it does not grow beyond.
        height: CSS height of the page; the height of the content when absent.
        min_height: CSS height it does not shrink below.
        max_height: CSS height it does not grow beyond.
        name: A name for the layout.
    """

    breakpoint: str
    zones: Sequence[Zone]
    width: str | None = None
    min_width: str | None = None
    max_width: str | None = None
    height: str | None = None
    min_height: str | None = None
    max_height: str | None = None
    name: Name | None = None


class Theme(Record):
    """A set of colours. The others are made from these four.

    Attributes:
        name: Name for `meta_card(theme=...)`.
        text: CSS colour of the text.
        card: CSS colour of cards.
        page: CSS colour of the page behind them.
        primary: CSS colour of main actions.
    """

    name: Name
    text: str
    card: str
    page: str
    primary: str


class NotificationBar(Record):
    """A message over the page that closes automatically.

    Attributes:
        text: The message, as Markdown.
        type: Colour and icon: `info` (when absent), `error`, `warning`, `success`, `danger` or
            `blocked`.
        timeout: Seconds until it goes away; 5 when absent, -1 = stays until it is closed.
        buttons: Actions in the bar, `ui.button(...)` each.
        position: Corner or edge: `top-right` (when absent), `bottom-right`, `bottom-center`,
            `bottom-left`, `top-left` or `top-center`. Windows narrower than 768 px show it at the
            bottom, above the prompt box.
        events: `dismissed` sends `q.events.<name>` when it closes.
        name: Source of the event.
    """

    text: str
    type: Literal["info", "error", "warning", "success", "danger", "blocked"] | None = None
    timeout: Annotated[int, Meta(ge=-1)] | None = None
    buttons: Sequence[Component] | None = None
    position: (
        Literal[
            "top-right", "bottom-right", "bottom-center", "bottom-left", "top-left", "top-center"
        ]
        | None
    ) = None
    events: Sequence[Literal["dismissed"]] | None = None
    name: Name | None = None


class InlineStylesheet(Record):
    """CSS for the page, as text.

    Attributes:
        content: The CSS.
        media: Media query that it is for, such as `print`.
    """

    content: str
    media: str | None = None


class Stylesheet(Record):
    """CSS for the page, from an address.

    Attributes:
        path: Address of the CSS, on this site: other sites are shut out by the page's policy.
        media: Media query that it is for, such as `print`.
        cross_origin: How to ask for it: `anonymous` or `use-credentials`.
    """

    path: str
    media: str | None = None
    cross_origin: str | None = None


class MetaCard(Card):
    """Set properties of the whole page. Shows nothing itself.

    The first meta card of a page counts.

    Attributes:
        box: Unused; give `''`.
        title: Title of the browser tab.
        refresh: Taken and unused. (In Wave 0 ends the connection once the page is drawn.)
        notification: Text of a notification of the desktop.
        notification_bar: A message over the page.
        redirect: Address to go to; `#name` sets the location hash.
        icon: Address of the tab's icon.
        layouts: How the page is divided, narrowest first. Absent: the grid.
        dialog: A box over the page, `ui.dialog(...)`; `None` closes it.
        side_panel: A panel over the end of the page, `ui.side_panel(...)`; `None` closes it.
        theme: Name of a built-in theme (`THEMES`) or of one in `themes`; `auto` is light or dark
            as the reader's system is.
        themes: Themes of the app itself.
        tracker: Taken and unused, with a warning: Swell loads no analytics.
        scripts: Scripts for the page, from addresses. Left out, with a warning, without the setting
            `page_scripts`.
        script: A script for the page, as text. Left out, with a warning, without the setting
            `page_scripts`.
        stylesheet: CSS for the page, as text.
        stylesheets: CSS for the page, from addresses.
        animate: Taken and unused. (In Wave cards move in when they appear.)
        commands: Taken and unused, as in Wave.

    Raises:
        CardError: When put on a page, if a property has a wrong type or range.
    """

    view: ClassVar[str] = "meta"

    box: Box
    title: str | None = None
    refresh: int | None = None
    notification: str | None = None
    notification_bar: NotificationBar | None = None
    redirect: str | None = None
    icon: str | None = None
    layouts: Sequence[Layout] | None = None
    dialog: Dialog | None = None
    side_panel: SidePanel | None = None
    theme: str | None = None
    themes: Sequence[Theme] | None = None
    tracker: Tracker | None = None
    scripts: Sequence[Script] | None = None
    script: InlineScript | None = None
    stylesheet: InlineStylesheet | None = None
    stylesheets: Sequence[Stylesheet] | None = None
    animate: bool | None = None
    commands: Sequence[Command] | None = None

    @classmethod
    def finish(cls, tree: dict[str, Any]) -> dict[str, Any]:
        """Check that the theme is one of those there are; warn about scripts that do not run."""
        warn_skipped(tree)
        theme = tree.get("theme")
        known = [*THEMES, "auto", *(own["name"] for own in tree.get("themes", ()))]
        if theme is not None and theme not in known:
            hint = near_miss(theme, known)
            expected = f"Expected one of {quoted(known)}, got {theme!r}{hint}"
            raise MisfitError(expected, "$.theme", "$.theme")
        return tree
