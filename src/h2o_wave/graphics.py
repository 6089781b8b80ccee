"""Shapes for `ui.graphics_card`: elements of SVG, paths, splines and a turtle.

Attributes of SVG are given in snake_case: `stroke_width` for `stroke-width`.
"""

# ruff: noqa: N802 - methods of a path have the letters of SVG

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

from swell import Expando, data, expando_to_dict
from swell import pack as _pack
from swell.schema.data import Data

__all__ = [
    "Path",
    "Turtle",
    "arc",
    "circle",
    "draw",
    "ellipse",
    "image",
    "line",
    "p",
    "path",
    "polygon",
    "polyline",
    "rect",
    "reset",
    "scene",
    "spline",
    "stage",
    "text",
    "turtle",
    "type_of",
]

_TYPES = {
    "a": "arc",
    "c": "circle",
    "e": "ellipse",
    "i": "image",
    "l": "line",
    "p": "path",
    "pg": "polygon",
    "pl": "polyline",
    "s": "spline",
    "r": "rect",
    "t": "text",
}

Floats = Sequence[float | None] | None


def stage(**elements: Expando) -> str:
    """Return the `stage` of a graphics card: elements behind the scene that do not change."""
    return _pack([expando_to_dict(element) for element in elements.values()])


def scene(**elements: Expando) -> Data:
    """Return the `scene` of a graphics card: elements by name, which `draw` can change."""
    rows = {name: [json.dumps(expando_to_dict(one)), ""] for name, one in elements.items()}
    return data("d o", rows=rows)


def draw(element: Any, **attributes: Any) -> Any:
    """Draw an element of a scene with other attributes, and return it.

    Args:
        element: Its place on the page, such as `q.page["clock"].scene.hour`.
        attributes: Attributes that replace or join those it was made with.
    """
    element["o"] = json.dumps(attributes)
    return element


def reset(element: Any) -> Any:
    """Draw an element of a scene as it was made, and return it."""
    element["o"] = ""
    return element


def type_of(element: Expando) -> str | None:
    """Return what an element is, such as `circle`; None if it is none of these."""
    return _TYPES.get(element["_t"])


def _element(kind: str, attributes: dict[str, Any]) -> Expando:
    return Expando({**attributes, "_t": kind})


def arc(r1: float, r2: float, a1: float, a2: float, **attributes: Any) -> Expando:
    """Return a sector of a ring around (0, 0).

    Args:
        r1: Inner radius. r2: Outer radius.
        a1: Angle where it begins, in degrees, clockwise from the top.
        a2: Angle where it ends.
        attributes: Attributes of SVG.
    """
    return _element("a", {"r1": r1, "r2": r2, "a1": a1, "a2": a2, **attributes})


def circle(**attributes: Any) -> Expando:
    """Return a circle: `cx`, `cy`, `r`."""
    return _element("c", attributes)


def ellipse(**attributes: Any) -> Expando:
    """Return an ellipse: `cx`, `cy`, `rx`, `ry`."""
    return _element("e", attributes)


def image(**attributes: Any) -> Expando:
    """Return a picture: `href`, `x`, `y`, `width`, `height`."""
    return _element("i", attributes)


def line(**attributes: Any) -> Expando:
    """Return a line: `x1`, `y1`, `x2`, `y2`."""
    return _element("l", attributes)


def path(**attributes: Any) -> Expando:
    """Return a path: `d`."""
    return _element("p", attributes)


def polygon(**attributes: Any) -> Expando:
    """Return a closed line: `points`."""
    return _element("pg", attributes)


def polyline(**attributes: Any) -> Expando:
    """Return a line through several points: `points`."""
    return _element("pl", attributes)


def rect(**attributes: Any) -> Expando:
    """Return a rectangle: `x`, `y`, `width`, `height`, `rx`."""
    return _element("r", attributes)


def text(text: str, **attributes: Any) -> Expando:
    """Return a text: `x`, `y`, `font_size`."""
    return _element("t", {"text": text, **attributes})


def _joined(values: Floats) -> str | None:
    if values is None:
        return None
    return " ".join("" if one is None else str(round(one, 2)) for one in values)


def spline(
    x: Floats = None,
    y: Floats = None,
    x0: Floats = None,
    y0: Floats = None,
    curve: str | None = None,
    radial: bool | None = None,
    **attributes: Any,
) -> Expando:
    """Return a curve through points, or the area between two of them.

    Args:
        x: Coordinates of the points. y: The same. None makes a gap.
        x0: Where an area begins, for one that is as wide as `x` and `x0` are apart; an empty list
            stands for zero.
        y0: The same for `y`.
        curve: `linear` (when absent), `basis`, `cardinal`, `smooth`, each also as `-closed` and
            `-open`, `linear-closed`, `monotone-x`, `monotone-y`, `natural`, `step`, `step-after` or
            `step-before`.
        radial: Take `x` for angles and `y` for radii.
        attributes: Attributes of SVG.
    """
    given = {"x": _joined(x), "y": _joined(y), "x0": _joined(x0), "y0": _joined(y0)}
    given |= {"curve": curve, "radial": radial}  # type: ignore[dict-item]
    return _element("s", {k: v for k, v in given.items() if v is not None} | attributes)


class Path:
    """A path of SVG: each method adds the command of its letter, and returns the path.

    >>> Path().M(0, 0).L(10, 5).z().d()
    'M 0 0 L 10 5 z'
    """

    def __init__(self) -> None:
        self._d: list[str] = []

    def _add(self, command: str, *values: float) -> Path:
        self._d.append(command)
        self._d += [str(round(one, 2) if isinstance(one, float) else one) for one in values]
        return self

    def d(self) -> str:
        """Return the attribute `d`."""
        return " ".join(self._d)

    def path(self, **attributes: Any) -> Expando:
        """Return the element."""
        return path(d=self.d(), **attributes)

    def M(self, x: float, y: float) -> Path:
        """Move to a point."""
        return self._add("M", x, y)

    def m(self, x: float, y: float) -> Path:
        """Move by a distance."""
        return self._add("m", x, y)

    def Z(self) -> Path:
        """Close the line."""
        return self._add("Z")

    def z(self) -> Path:
        """Close the line."""
        return self._add("z")

    def L(self, x: float, y: float) -> Path:
        """Draw a line to a point."""
        return self._add("L", x, y)

    def l(self, x: float, y: float) -> Path:  # noqa: E743 - the letter of SVG
        """Draw a line by a distance."""
        return self._add("l", x, y)

    def H(self, x: float) -> Path:
        """Draw a horizontal line to a point."""
        return self._add("H", x)

    def h(self, x: float) -> Path:
        """Draw a horizontal line by a distance."""
        return self._add("h", x)

    def V(self, y: float) -> Path:
        """Draw a vertical line to a point."""
        return self._add("V", y)

    def v(self, y: float) -> Path:
        """Draw a vertical line by a distance."""
        return self._add("v", y)

    def C(self, x1: float, y1: float, x2: float, y2: float, x: float, y: float) -> Path:
        """Draw a cubic curve to a point."""
        return self._add("C", x1, y1, x2, y2, x, y)

    def c(self, x1: float, y1: float, x2: float, y2: float, x: float, y: float) -> Path:
        """Draw a cubic curve by a distance."""
        return self._add("c", x1, y1, x2, y2, x, y)

    def S(self, x2: float, y2: float, x: float, y: float) -> Path:
        """Draw a cubic curve that continues the one before, to a point."""
        return self._add("S", x2, y2, x, y)

    def s(self, x2: float, y2: float, x: float, y: float) -> Path:
        """Draw a cubic curve that continues the one before, by a distance."""
        return self._add("s", x2, y2, x, y)

    def Q(self, x1: float, y1: float, x: float, y: float) -> Path:
        """Draw a quadratic curve to a point."""
        return self._add("Q", x1, y1, x, y)

    def q(self, x1: float, y1: float, x: float, y: float) -> Path:
        """Draw a quadratic curve by a distance."""
        return self._add("q", x1, y1, x, y)

    def T(self, x: float, y: float) -> Path:
        """Draw a quadratic curve that continues the one before, to a point."""
        return self._add("T", x, y)

    def t(self, x: float, y: float) -> Path:
        """Draw a quadratic curve that continues the one before, by a distance."""
        return self._add("t", x, y)

    def A(
        self, rx: float, ry: float, x_axis_rotation: float, large_arc: float, sweep: float,
        x: float, y: float,
    ) -> Path:  # fmt: skip
        """Draw an arc to a point."""
        return self._add("A", rx, ry, x_axis_rotation, large_arc, sweep, x, y)

    def a(
        self, rx: float, ry: float, x_axis_rotation: float, large_arc: float, sweep: float,
        x: float, y: float,
    ) -> Path:  # fmt: skip
        """Draw an arc by a distance."""
        return self._add("a", rx, ry, x_axis_rotation, large_arc, sweep, x, y)


def p() -> Path:
    """Return a new path."""
    return Path()


class Turtle:
    """A pen that moves by distances and angles, for paths without trigonometry.

    Args:
        x: Where it begins. y: The same.
        degrees: Where it looks: 0 is right, 90 down.

    >>> Turtle().pd().f(10).r(90).f(5).d()
    'L 10.0 0.0 L 10.0 5.0'
    """

    def __init__(self, x: float = 0.0, y: float = 0.0, degrees: float = 0.0) -> None:
        self._x, self._y = x, y
        self._angle = math.radians(degrees)
        self._draws = False
        self._path = Path()

    def _go(self) -> Turtle:
        (self._path.L if self._draws else self._path.M)(self._x, self._y)
        return self

    def f(self, distance: float) -> Turtle:
        """Move forward."""
        self._x += math.cos(self._angle) * distance
        self._y += math.sin(self._angle) * distance
        return self._go()

    def b(self, distance: float) -> Turtle:
        """Move backward."""
        return self.f(-distance)

    def l(self, degrees: float) -> Turtle:  # noqa: E743 - the letter of Wave
        """Turn left."""
        return self.r(-degrees)

    def r(self, degrees: float) -> Turtle:
        """Turn right."""
        self._angle += math.radians(degrees)
        return self

    def pu(self, close: bool = False) -> Turtle:
        """Lift the pen; `close` closes the line first."""
        if close:
            self._path.Z()
        self._draws = False
        return self

    def pd(self) -> Turtle:
        """Put the pen down."""
        self._draws = True
        return self

    def p(self, x: float = 0.0, y: float = 0.0) -> Turtle:
        """Go to a point."""
        self._x, self._y = x, y
        return self._go()

    def a(self, degrees: float = 0) -> Turtle:
        """Look in a direction."""
        self._angle = math.radians(degrees)
        return self

    def d(self) -> str:
        """Return the attribute `d`."""
        return self._path.d()

    def path(self, **attributes: Any) -> Expando:
        """Return the element."""
        return self._path.path(**attributes)


def turtle(x: float = 0.0, y: float = 0.0, degrees: float = 0.0) -> Turtle:
    """Return a new turtle."""
    return Turtle(x, y, degrees)
