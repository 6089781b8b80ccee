"""What a plot shows: layers of marks, each with fields of the data or fixed values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal, TypeAlias

from swell.schema.kinds import TEXT_OR_NUMBER, Record

__all__ = ["Mark", "Plot", "PlotEvent", "PlotInteraction"]

PlotEvent: TypeAlias = Literal["select_marks"]
PlotInteraction: TypeAlias = Literal["drag_move", "scale_zoom", "brush"]

_Value: TypeAlias = Annotated[str | float | None, TEXT_OR_NUMBER]
_Scale: TypeAlias = Literal[
    "linear",
    "cat",
    "category",
    "identity",
    "log",
    "pow",
    "power",
    "time",
    "time-category",
    "quantize",
    "quantile",
]


class Mark(Record):
    """A layer of marks, such as the bars or the line of a plot.

    Where a field or value is expected, `"=price"` is the field `price` of the data and anything
    else a value. `"=${{intl price minimum_fraction_digits=2}}"` is a field with the way in which
    it is written. A mark with `x` or `y` as values is no geometry but a note on the plot: a point,
    a line across it, or with `x0` or `y0` a region.

    Attributes:
        coord: Coordinates: `rect` and `cartesian` (when absent), `polar`, `theta` (sectors of a
            circle) or `helix` (a spiral).
        type: How rows are drawn: `interval` (bars), `line`, `path` (a line in the order of the
            rows), `point`, `area`, `polygon` (cells of a grid), `schema` (box plots), `edge` or
            `heatmap`.
        x: Field or value along x.
        x0: Where a bar or area begins along x.
        x1: Lower bound along x, of a bin or box plot.
        x2: Upper bound along x, of a bin or box plot.
        x_q1: Lower quartile along x, of a box plot.
        x_q2: Median along x, of a box plot.
        x_q3: Upper quartile along x, of a box plot.
        x_min: Least value of the x axis.
        x_max: Largest value of the x axis.
        x_nice: Extend the x axis to round numbers; True when absent.
        x_scale: Scale of x; by the data when absent. The fields of `time` are ISO 8601 or
            milliseconds since the epoch.
        x_title: Title of the x axis.
        y: Field or value along y.
        y0: Where a bar or area begins along y.
        y1: Lower bound along y, of a bin or box plot.
        y2: Upper bound along y, of a bin or box plot.
        y_q1: Lower quartile along y, of a box plot.
        y_q2: Median along y, of a box plot.
        y_q3: Upper quartile along y, of a box plot.
        y_min: Least value of the y axis.
        y_max: Largest value of the y axis.
        y_nice: Extend the y axis to round numbers; True when absent.
        y_scale: Scale of y; by the data when absent.
        y_title: Title of the y axis.
        color: Field or CSS colour. A name such as `$mint` is one of the palette.
        color_range: Colours for the values of `color`, separated by spaces.
        color_domain: Values of `color` in the order of `color_range`.
        shape: Field or shape of points: `circle`, `square`, `bowtie`, `diamond`, `hexagon`,
            `triangle`, `triangle-down`, `cross`, `tick`, `plus`, `hyphen` or `line`.
        shape_range: Shapes for the values of `shape`, separated by spaces.
        size: Field or size: the radius of points, the width of bars and lines, in CSS pixels.
        size_range: Sizes for the smallest and the largest value of `size`, such as `4 30`.
        stack: `auto` puts marks of one place on top of each other.
        dodge: `auto` or a field: marks of one place stand side by side.
        curve: How `line` and `area` connect rows: `none`, `smooth`, `step-before`, `step` or
            `step-after`.
        fill_color: Colour inside.
        fill_opacity: Opacity inside, 0 to 1.
        stroke_color: Colour of the outline.
        stroke_opacity: Opacity of the outline, 0 to 1.
        stroke_size: Width of the outline or line, in CSS pixels.
        stroke_dash: Lengths of dashes and gaps in CSS pixels, separated by spaces.
        label: Field or text of the labels.
        label_offset: Distance between label and mark, in CSS pixels.
        label_offset_x: The same along x.
        label_offset_y: The same along y.
        label_rotation: Rotation of the labels in degrees, or `none`.
        label_position: Where the labels are: `top`, `bottom`, `middle`, `left` or `right`.
        label_overlap: What becomes of labels that overlap: `hide` leaves some out, `overlap` moves
            them apart, `constrain` keeps those that fit into their mark.
        label_fill_color: Colour of the labels.
        label_fill_opacity: Opacity of the labels, 0 to 1.
        label_stroke_color: Colour of their outline.
        label_stroke_opacity: Opacity of their outline, 0 to 1.
        label_stroke_size: Width of their outline, in CSS pixels.
        label_font_size: Size of the labels, in CSS pixels.
        label_font_weight: Weight of the labels, such as `bold`.
        label_line_height: Height of their lines, in CSS pixels.
        label_align: Alignment: `left`, `right`, `center`, `start` or `end`.
        ref_stroke_color: Colour of the line of a note.
        ref_stroke_opacity: Opacity of that line, 0 to 1.
        ref_stroke_size: Width of that line, in CSS pixels.
        ref_stroke_dash: Lengths of its dashes and gaps, separated by spaces.
        interactive: Send events for these marks; True when absent.
    """

    coord: Literal["rect", "cartesian", "polar", "theta", "helix"] | None = None
    type: (
        Literal[
            "interval",
            "line",
            "path",
            "point",
            "area",
            "polygon",
            "schema",
            "edge",
            "heatmap",
        ]
        | None
    ) = None
    x: _Value = None
    x0: _Value = None
    x1: _Value = None
    x2: _Value = None
    x_q1: _Value = None
    x_q2: _Value = None
    x_q3: _Value = None
    x_min: float | None = None
    x_max: float | None = None
    x_nice: bool | None = None
    x_scale: _Scale | None = None
    x_title: str | None = None
    y: _Value = None
    y0: _Value = None
    y1: _Value = None
    y2: _Value = None
    y_q1: _Value = None
    y_q2: _Value = None
    y_q3: _Value = None
    y_min: float | None = None
    y_max: float | None = None
    y_nice: bool | None = None
    y_scale: _Scale | None = None
    y_title: str | None = None
    color: str | None = None
    color_range: str | None = None
    color_domain: Sequence[str] | None = None
    shape: str | None = None
    shape_range: str | None = None
    size: _Value = None
    size_range: str | None = None
    stack: str | None = None
    dodge: str | None = None
    curve: Literal["none", "smooth", "step-before", "step", "step-after"] | None = None
    fill_color: str | None = None
    fill_opacity: float | None = None
    stroke_color: str | None = None
    stroke_opacity: float | None = None
    stroke_size: float | None = None
    stroke_dash: str | None = None
    label: str | None = None
    label_offset: float | None = None
    label_offset_x: float | None = None
    label_offset_y: float | None = None
    label_rotation: str | None = None
    label_position: Literal["top", "bottom", "middle", "left", "right"] | None = None
    label_overlap: Literal["hide", "overlap", "constrain"] | None = None
    label_fill_color: str | None = None
    label_fill_opacity: float | None = None
    label_stroke_color: str | None = None
    label_stroke_opacity: float | None = None
    label_stroke_size: float | None = None
    label_font_size: float | None = None
    label_font_weight: str | None = None
    label_line_height: float | None = None
    label_align: Literal["left", "right", "center", "start", "end"] | None = None
    ref_stroke_color: str | None = None
    ref_stroke_opacity: float | None = None
    ref_stroke_size: float | None = None
    ref_stroke_dash: str | None = None
    interactive: bool | None = None


class Plot(Record):
    """Layers of marks over one another.

    Attributes:
        marks: The layers, the lowest first.
    """

    marks: Sequence[Mark]
