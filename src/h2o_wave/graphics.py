"""Stand-ins for the drawing functions of Wave: they can be imported, and raise when used."""

from swell.wave.stubs import classes, functions

_HINT = "There is no `ui.graphics_card` either."

Path, Turtle = classes("h2o_wave.graphics", "Path Turtle", _HINT)
(arc, circle, draw, ellipse, image, line, p, path, polygon, polyline) = functions(
    "h2o_wave.graphics", "arc circle draw ellipse image line p path polygon polyline", _HINT
)
(rect, reset, scene, spline, stage, text, turtle, type_of) = functions(
    "h2o_wave.graphics", "rect reset scene spline stage text turtle type_of", _HINT
)
