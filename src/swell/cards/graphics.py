"""Graphics card: shapes of SVG that an app draws and moves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar

from swell.schema.data import Data
from swell.schema.kinds import PACKED

from .base import BufferOr, Card, Command
from .box import Box


class GraphicsCard(Card):
    """Show shapes: a stage that stays, and a scene whose elements change.

    `h2o_wave.graphics` makes both.

    Attributes:
        box: Place on the page.
        view_box: The part of the plane that is shown: left, top, width and height, such as
            `0 0 100 100`.
        stage: Elements behind the scene: a list of dicts, perhaps packed.
        scene: Elements by name: a buffer with the fields `d`, how an element was made, and `o`, the
            attributes it has now, both as JSON.
        width: CSS width.
        height: CSS height.
        image: The bytes of a background picture in Base64. Needs `image_type`.
        image_path: Address of a background picture.
        image_type: Media type of `image`, without `image/`: `png`, `jpeg`, `webp`, `gif` or
            others.
        commands: Menu of the card.

    Raises:
        CardError: When put on a page, if a property has a wrong type or range.
    """

    view: ClassVar[str] = "graphics"

    box: Box
    view_box: str
    stage: Annotated[Sequence[Any] | str | None, PACKED] = None
    scene: Annotated[Data | Mapping[str, Any] | str | None, BufferOr(PACKED)] = None
    width: str | None = None
    height: str | None = None
    image: str | None = None
    image_path: str | None = None
    image_type: str | None = None
    commands: Sequence[Command] | None = None
