"""The nine Border Patrol sectors: their outline and their names."""

from cop.model.layer import Field, Layer
from cop.model.style import Label, Paint, Style

LAYER = Layer(
    id="sectors",
    title="Sectors",
    note="Areas of the nine southwest Border Patrol sectors, by county",
    dataset="sectors",
    tile="features",
    group="background",
    order=55,
    columns=("sector", "name"),
    fields=(
        Field(property="name", label="Sector", in_tooltip=True),
        Field(property="sector", label="Code", in_tooltip=True),
    ),
    style=Style(
        line=Paint("#6d8196a6", "#7c8da0a6"),
        line_width_px=1.1,
        label=Label(
            property="name",
            size_px=12,
            capitals=True,
            paint=Paint("#8ea3b8", "#5d7085"),
            halo=Paint("#0e151d", "#ffffff"),
        ),
    ),
)
