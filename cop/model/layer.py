"""A layer of the picture: one frozen declaration of what is shown, from where, and how."""

import re
from dataclasses import dataclass, replace
from typing import Literal

from cop.errors import LayerError
from cop.model.style import Classes, Ramp, Sizes, Style

TileFormat = Literal["mvt", "png", "webp", "jpeg"]
Group = Literal["picture", "place", "statistic", "upload", "background"]
_ID = re.compile(r"[a-z][a-z0-9_]{0,40}")
MAX_ZOOM = 16


@dataclass(frozen=True, kw_only=True)
class Field:
    """A property of a feature that the tooltip and the details show, with its heading and unit."""

    property: str
    label: str
    unit: str = ""
    in_tooltip: bool = False


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A figure that a layer can be colored by; with ``sizes`` its points are sized by one too."""

    key: str
    title: str
    color: Ramp | Classes
    note: str = ""
    sizes: Sizes | None = None


@dataclass(frozen=True, kw_only=True)
class Statistic:
    """A figure of the ``statistics`` dataset that features carry for the Picture's window.

    Sums ``measures`` (with the ``dimensions`` given) of the places of ``place_kind``, joined to a
    feature by its column ``key``. The feature gets the properties ``property`` (in ``unit``),
    ``property_before`` (the same periods a year earlier) and ``property_change`` (percent).
    """

    property: str
    title: str
    measures: tuple[str, ...]
    place_kind: str
    key: str
    unit: str
    dimensions: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Layer:
    """What one file in layers/ declares.

    ``tile`` names its kind (cop/layerkind/), which builds its tiles.
    ``where`` narrows the dataset to rows whose column
    has one of the values. Higher ``order`` is drawn on
    top. ``at_point`` shows areas as one point inside each. ``tile_format`` is what its tiles are,
    images of ``tile_px`` pixels a side where it is not ``mvt``. ``nodata`` is a value of
    a raster that is none, beside the one its file names.
    """

    id: str
    title: str
    note: str
    dataset: str
    tile: str
    style: Style
    order: int
    group: Group = "picture"
    fields: tuple[Field, ...] = ()
    measures: tuple[Measure, ...] = ()
    statistics: tuple[Statistic, ...] = ()
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()
    columns: tuple[str, ...] = ()
    at_point: bool = False
    timed: bool = False
    tile_format: TileFormat = "mvt"
    tile_px: int = 512
    nodata: float | None = None
    marking: str = "TLP:CLEAR"
    min_zoom: int = 0
    max_zoom: int = MAX_ZOOM
    visible: bool = True
    opacity: float = 1.0
    stale_after_hours: float | None = None

    def __post_init__(self) -> None:
        """Refuse an id that cannot be an address, and ranges that make no sense."""
        if not _ID.fullmatch(self.id):
            raise LayerError(f"layer id {self.id!r}: use a-z, 0-9 and _, starting with a letter")
        if not 0 <= self.min_zoom <= self.max_zoom <= MAX_ZOOM:
            raise LayerError(
                f"layer {self.id}: zoom range {self.min_zoom}-{self.max_zoom} "
                f"must lie within 0-{MAX_ZOOM}"
            )
        if not 0 <= self.opacity <= 1:
            raise LayerError(f"layer {self.id}: opacity {self.opacity} must lie within 0-1")

    def measured_by(self, key: str | None) -> "Layer":
        """Return the layer colored by its measure ``key`` (its first one where None).

        The measure takes the place of the fill, or of the line where the style has no fill.
        """
        if not self.measures:
            return self
        found = {m.key: m for m in self.measures}.get(key or self.measures[0].key)
        if found is None:
            known = ", ".join(m.key for m in self.measures)
            raise LayerError(f"layer {self.id} has no measure {key!r}; it has: {known}")
        painted = (
            replace(self.style, fill=found.color)
            if self.style.fill is not None
            else replace(self.style, line=found.color)
        )
        if found.sizes is not None:
            painted = replace(painted, point_sizes=found.sizes)
        return replace(self, style=painted)
