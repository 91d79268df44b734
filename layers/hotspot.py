"""Emerging hot spots: the class of each cell's trend in Okabe-Ito colors, drawn as its symbol."""

from cop.model.layer import Field, Layer
from cop.model.style import Classes, Paint, Style, StyleClass

NONE = Paint("#8b95a01f", "#6b77841f")

CLASSES = Classes(
    property="class",
    classes=(
        StyleClass(value="new", label="New", paint=Paint("#f0e442", "#d9cc1f"), shape="star"),
        StyleClass(
            value="consecutive",
            label="Consecutive",
            paint=Paint("#e69f00", "#e69f00"),
            shape="plus",
        ),
        StyleClass(
            value="intensifying",
            label="Intensifying",
            paint=Paint("#e8702a", "#d55e00"),
            shape="triangle",
        ),
        StyleClass(
            value="persistent",
            label="Persistent",
            paint=Paint("#cc79a7", "#cc79a7"),
            shape="square",
        ),
        StyleClass(
            value="diminishing",
            label="Diminishing",
            paint=Paint("#56b4e9", "#3f9fd6"),
            shape="wedge",
        ),
        StyleClass(
            value="sporadic", label="Sporadic", paint=Paint("#1fbf8f", "#009e73"), shape="diamond"
        ),
        StyleClass(
            value="oscillating",
            label="Oscillating",
            paint=Paint("#3d8fd1", "#0072b2"),
            shape="cross",
        ),
        StyleClass(
            value="historical", label="Historical", paint=Paint("#ffffff", "#000000"), shape="ring"
        ),
        StyleClass(value="none", label="No pattern", paint=NONE, shape="area"),
    ),
)

LAYER = Layer(
    id="hotspots",
    title="Hot-spot trends",
    note="Where events cluster and how that changes over the window (Getis-Ord Gi*, Mann-Kendall, "
    "5% false discovery rate). See the Patterns page",
    dataset="events",
    tile="hotspots",
    order=25,
    visible=False,
    opacity=0.9,
    fields=(
        Field(property="class", label="Trend", in_tooltip=True),
        Field(property="n", label="Records", in_tooltip=True),
        Field(property="hot", label="Hot in", unit="steps", in_tooltip=True),
        Field(property="z", label="Gi* z, last step", in_tooltip=True),
        Field(property="trend", label="Kendall's tau"),
        Field(property="trend_p", label="Trend p-value"),
        Field(property="segment_id", label="Nearest segment", in_tooltip=True),
        Field(property="sector", label="Sector"),
    ),
    style=Style(fill=CLASSES, line=Paint("#0a101799", "#ffffffb3"), line_width_px=1.0),
)
