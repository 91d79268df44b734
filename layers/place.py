"""Names of towns, the larger ones first."""

from cop.model.layer import Field, Layer
from cop.model.style import Label, Paint, Style

LAYER = Layer(
    id="places",
    title="Place names",
    note="Towns by population",
    dataset="places",
    tile="features",
    group="background",
    order=90,
    columns=("name", "population", "min_zoom"),
    fields=(Field(property="name", label="Place"), Field(property="population", label="People")),
    style=Style(
        label=Label(
            property="name",
            size_px=11,
            rank="population",
            sizes=((100_000, 12), (1_000_000, 14)),
            dot=Paint("#8fa0b2", "#5b6b7a"),
            paint=Paint("#c6d0da", "#36424f"),
            halo=Paint("#0e151d", "#ffffff"),
        ),
    ),
)
