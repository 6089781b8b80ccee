"""A command: one entry of the context menu of a card, a button or a title."""

from __future__ import annotations

from collections.abc import Sequence

from swell.schema.kinds import Name, Record


class WaveCommand(Record):
    """What Wave's command has, in its order."""

    name: Name
    label: str | None = None
    caption: str | None = None
    icon: str | None = None
    items: Sequence[Command] | None = None
    value: str | None = None
    path: str | None = None
    download: bool | None = None


class Command(WaveCommand, kw_only=True):
    """Offer an action in a menu.

    Attributes:
        name: Key in `q.args`, which is `value` (or True) after a click. A name that begins with
            `#` sets the location hash instead.
        label: Text in the menu; the name when absent.
        caption: Smaller second line.
        icon: Name of an icon, shown before the label.
        items: A menu below this entry.
        value: What `q.args` holds after a click, instead of True.
        path: Address to open in a new tab instead of sending anything.
        download: Download `path` instead of opening it.
        accept: Ask for a file first, of these kinds: endings such as `.json`, or media types such
            as `image/*`. `q.args` has nothing then; `q.events.<name>.submit` has the file, as a
            prompt has its attachments: `{"files": [{path, name, size, mime, url, id}], ...}`.
    """

    accept: Sequence[str] | None = None
