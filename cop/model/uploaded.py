"""An uploaded layer: its description, its content, and its state."""

import secrets
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Final, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)

from cop.model.layer import Field as LayerField
from cop.model.layer import Layer
from cop.model.marking import MarkingError, check_marking
from cop.model.style import Paint, Ramp
from cop.model.styling import StyleWords
from cop.model.symbol import Symbol

PREFIX: Final = "layer_"
"""Prefix of the ids of the layer, its dataset and its source."""
OWN_PREFIX: Final = "cop_"
"""Reserved prefix of columns."""
FEATURE_ID, OCCURRED_AT, GEOMETRY = "feature_id", "occurred_at", "geometry"
VALUE: Final = "value"
"""The property of a raster's values in its style."""
MOST_CARRIED = 24
"""The most columns of a feature in its tile; all columns are stored and exported."""
AttributeKind = Literal["BOOLEAN", "BIGINT", "DOUBLE", "VARCHAR", "TIMESTAMP"]
State = Literal["draft", "published", "superseded", "retired"]
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz234567"
_ID_LENGTH: Final = 10
DATASET: Final = "layers"
"""The dataset of layer descriptions."""
_RASTER_ORDER = 14
_ORDERS = {"areas": 36, "lines": 41, "points": 44}

LayerId = Annotated[str, StringConstraints(pattern=r"^[a-z2-7]{10}$")]
_PLAIN = r"^[^\x00-\x1f\x7f]*$"
Line = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=_PLAIN)
]
Remark = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500, pattern=_PLAIN)]
Person = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40, pattern=_PLAIN)
]


def new_layer_id() -> str:
    """Return a new id: ten random characters of lower-case base 32."""
    return "".join(secrets.choice(_LETTERS) for _ in range(_ID_LENGTH))


class Attribute(BaseModel):
    """A column of a layer's features, as the file names it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    kind: AttributeKind


class Declaration(BaseModel):
    """The description of a layer; every text is plain text, never HTML.

    ``valid_until`` is naive UTC. With ``timed`` the page's window filters it. Without a ``style``
    a default is built from the data at each publish.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: Line
    note: Remark = ""
    source: Line = "not stated"
    agency: Line = "not stated"
    terms: Remark = "not stated"
    marking: str = "TLP:AMBER"
    synthetic: bool = False
    valid_until: datetime | None = None
    timed: bool = True
    visible: bool = True
    style: StyleWords | None = None

    @field_validator("marking")
    @classmethod
    def _known_marking(cls, marking: str) -> str:
        try:
            return check_marking(marking)
        except MarkingError as fault:
            raise ValueError(str(fault)) from None

    @field_validator("valid_until")
    @classmethod
    def _in_utc(cls, moment: datetime | None) -> datetime | None:
        aware = moment is not None and moment.tzinfo is not None
        return moment.astimezone(UTC).replace(tzinfo=None) if moment and aware else moment


class Content(BaseModel):
    """The content of a layer: counts by shape, columns, times (UTC).

    ``single``: each feature is one point. ``raster`` is a COG below the warehouse, whose
    first band runs from ``lowest`` to ``highest``. ``photo`` is a photo stored there,
    not on the map.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    attributes: tuple[Attribute, ...]
    points: Annotated[int, Field(ge=0)]
    lines: Annotated[int, Field(ge=0)]
    areas: Annotated[int, Field(ge=0)]
    single: bool = False
    undated: int | None = None
    oldest: datetime | None = None
    newest: datetime | None = None
    raster: str | None = None
    lowest: float | None = None
    highest: float | None = None
    photo: str | None = None

    @property
    def n(self) -> int:
        """The number of features."""
        return self.points + self.lines + self.areas

    @property
    def kinds(self) -> dict[str, str]:
        """The kinds of the columns by name, with the features' time."""
        own: dict[str, str] = {attribute.name: attribute.kind for attribute in self.attributes}
        return own if self.undated is None else {OCCURRED_AT: "TIMESTAMP", **own}


class LayerProvenance(BaseModel):
    """Whose a layer is that a partner gave: its origin and record, the servers that it came over.

    ``title``, ``agency`` and ``marking`` are as it was given; ``raised`` is how it was marked here
    beyond that. ``hops_left`` is to how many more servers it may go. Once ``is_withdrawn`` nobody
    gives it any more.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    origin: str
    record: str
    path: tuple[str, ...]
    hops_left: int
    title: str
    agency: str
    marking: str
    raised: str | None = None
    is_withdrawn: bool = False

    @property
    def words(self) -> str:
        """Whose it is, and over whom it came, in words."""
        over = [code for code in self.path if code != self.origin]
        return f"From {self.origin}" + (f" via {', '.join(over)}" if over else "")


class UploadedLayer(BaseModel):
    """One revision of a layer; ``style`` is the one in use, stated or built from the data.

    ``symbols`` are the drawings of the style's symbols, built when it was written. ``received`` is
    whose it is where a partner gave it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: LayerId
    revision: Annotated[int, Field(ge=1)]
    state: State
    owner: Person
    declared: Declaration
    content: Content
    style: StyleWords
    symbols: tuple[Symbol, ...] = ()
    changed_by: Person
    changed_at: datetime
    received: LayerProvenance | None = None

    @model_validator(mode="after")
    def _drawable(self) -> Self:
        self.style.check_columns(self.content.kinds)
        return self

    @property
    def name(self) -> str:
        """The id of the layer on the map, its dataset and its source."""
        return f"{PREFIX}{self.id}"

    @property
    def drawn(self) -> dict[str, Symbol]:
        """The drawings by their codes."""
        return {symbol.code: symbol for symbol in self.symbols}

    @property
    def is_timed(self) -> bool:
        """Whether the page's window filters it."""
        return self.declared.timed and self.content.undated is not None

    def build_layer(self) -> Layer:
        """Return the layer of the map."""
        content, declared = self.content, self.declared
        if content.raster is not None:
            return self._build_raster()
        shapes = {"areas": content.areas, "lines": content.lines, "points": content.points}
        return Layer(
            id=self.name,
            title=declared.title,
            note=self.note,
            dataset=self.name,
            tile="uploads",
            group="upload",
            order=max(_ORDERS[shape] for shape, n in shapes.items() if n),
            columns=self.carried,
            fields=tuple(
                LayerField(
                    property=name,
                    label="When" if name == OCCURRED_AT else name,
                    in_tooltip=name in self.tooltip,
                )
                for name in self._ordered
            ),
            style=self.style.build(**shapes, symbols=self.drawn),
            marking=declared.marking,
            visible=declared.visible,
            opacity=self.style.opacity,
            timed=self.is_timed,
        )

    def _build_raster(self) -> Layer:
        declared, style = self.declared, self.style.build(points=0, lines=0, areas=0)
        fill = style.fill
        if isinstance(fill, Ramp):
            # Its tiles are one image for both themes, so that its legend must be too.
            fill = replace(fill, paints=tuple(Paint(p.dark, p.dark) for p in fill.paints))
        return Layer(
            id=self.name,
            title=declared.title,
            note=self.note,
            dataset=DATASET,
            tile="rasters",
            tile_format="png",
            group="upload",
            order=_RASTER_ORDER,
            style=replace(style, fill=fill, line=None),
            nodata=self.style.nodata,
            marking=declared.marking,
            visible=declared.visible,
            opacity=self.style.opacity,
        )

    @property
    def note(self) -> str:
        """What is noted of it on the map: whose it is where a partner gave it."""
        note = self.declared.note
        if self.received is None:
            return note or f"Uploaded by {self.owner}"
        return f"{self.received.words}. {note}".strip()

    @property
    def tooltip(self) -> tuple[str, ...]:
        """The columns of the tooltip: the stated ones, else the first few."""
        first = (*self.style.columns, *self.content.kinds)
        return self.style.tooltip or tuple(dict.fromkeys(first))[:4]

    @property
    def carried(self) -> tuple[str, ...]:
        """The columns in a tile: those of the style and the tooltip, then the first."""
        needed = (*self.style.columns, *self.tooltip)
        return tuple(dict.fromkeys([*needed, *self.content.kinds]))[:MOST_CARRIED]

    @property
    def _ordered(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys([*self.tooltip, *self.carried]))
