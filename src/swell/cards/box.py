"""Where a card sits on its page: grid positions, and zones of a layout."""

from __future__ import annotations

import json
from typing import Annotated, Any

from swell.schema.json_value import type_name
from swell.schema.kinds import MisfitError, Scalar


def box(
    zone: str,
    order: int | None = None,
    size: str | int | None = None,
    width: str | None = None,
    height: str | None = None,
) -> str:
    """Return the position of a card in a zone of the page's layout, for its `box`.

    Args:
        zone: Name of the zone.
        order: Position among the cards of the zone, ascending; 0 when absent, ties in the order
            in which the cards were put on the page.
        size: Share of the zone's free space, relative to the other cards; 0 keeps the natural
            size of the content. Absent, and without width and height, means 1.
        width: CSS width, such as `300px`.
        height: CSS height.

    Returns:
        A JSON string.

    Raises:
        ValueError: If an argument has another type.

    >>> box("main", order=1, size=2)
    '{"zone": "main", "order": 1, "size": "2"}'
    """
    if not isinstance(zone, str):
        raise ValueError(f"zone must be str, got {type_name(zone)}")
    if order is not None and (not isinstance(order, int) or isinstance(order, bool)):
        raise ValueError(f"order must be int, got {type_name(order)}")
    if size is not None and (not isinstance(size, str | int) or isinstance(size, bool)):
        raise ValueError(f"size must be str or int, got {type_name(size)}")
    for name, length in (("width", width), ("height", height)):
        if length is not None and not isinstance(length, str):
            raise ValueError(f"{name} must be str with a CSS unit, got {type_name(length)}")
    place = {
        "zone": zone,
        "order": order,
        "size": None if size is None else str(size),
        "width": width,
        "height": height,
    }
    return json.dumps({name: value for name, value in place.items() if value is not None})


def boxes(*args: str) -> str:
    """Return one position for each layout of the page, in the order of the layouts.

    Args:
        *args: A `box` for each layout: a zone's name or the result of `ui.box(...)`. A layout
            without one takes the first.

    Raises:
        ValueError: If an argument is no `str`.

    >>> boxes("top", "side")
    '["top", "side"]'
    """
    for i, place in enumerate(args):
        if not isinstance(place, str):
            raise ValueError(f"box {i} must be str, got {type_name(place)}")
    return json.dumps(args)


class BoxText(Scalar):
    """A `box`: grid numbers, a zone's name, or the JSON of `box` or `boxes`."""

    def __init__(self) -> None:
        super().__init__(str)

    def check(self, value: Any, path: str) -> Any:
        text: str = super().check(value, path)
        # Mistakes in zone names and grid numbers cannot be detected here; broken JSON can.
        if text[:1] in ("{", "["):
            try:
                place = json.loads(text)
            except (ValueError, RecursionError) as error:
                raise MisfitError(
                    f"Expected the JSON of `ui.box` or `ui.boxes`, {error}", path
                ) from None
            if isinstance(place, dict) and not isinstance(place.get("zone"), str):
                raise MisfitError(f"Expected `ui.box` with a `zone`, got {text!r}", path)
        return text


Box = Annotated[str, BoxText()]
"""Annotation of `box` on every card."""
