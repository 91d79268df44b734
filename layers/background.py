"""The map's background: land and water, state and county lines, rivers."""

from cop.model.layer import Layer
from cop.model.style import CLEAR, Classes, Paint, Style, StyleClass

LAND = Paint("#18222d", "#f6f7f8")
WATER = Paint("#0a1017", "#d9e3ec")

LAYER = Layer(
    id="background",
    title="Land and boundaries",
    note="States, counties, coast, and rivers for orientation",
    dataset="background",
    tile="features",
    group="background",
    order=0,
    columns=("class", "name", "min_zoom"),
    style=Style(
        fill=Classes(
            property="class",
            classes=(
                StyleClass(value="land", label="land", paint=LAND, shape="area"),
                StyleClass(value="lake", label="lake", paint=WATER, shape="area"),
            ),
        ),
        line=Classes(
            property="class",
            classes=(
                StyleClass(
                    value="county", label="county", paint=Paint("#263341", "#e3e7eb"), shape="line"
                ),
                StyleClass(
                    value="state", label="state", paint=Paint("#3b4a5a", "#b3bec9"), shape="line"
                ),
                StyleClass(
                    value="coast", label="coast", paint=Paint("#33424f", "#adbcc9"), shape="line"
                ),
                StyleClass(
                    value="river", label="river", paint=Paint("#27475e", "#a3c1d9"), shape="line"
                ),
            ),
            other=CLEAR,
        ),
        line_width_px=0.0,
        line_widths_px=(("county", 0.7), ("state", 1.2), ("coast", 0.9), ("river", 1.1)),
    ),
)
