"""The styles of a KML: what its placemarks are drawn with, read beside GDAL, which drops it."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal

Kind = Literal["point", "line", "area"]
_CONTAINERS: Final = ("Document", "Folder")
_FEATURES: Final = ("Placemark", "GroundOverlay")
"""What GDAL counts as features of a container."""
_AREAS: Final = frozenset(("Polygon", "MultiPolygon"))
_LINES: Final = frozenset(("LineString", "LinearRing", "Track", "MultiTrack"))
_COLOR = re.compile(r"#?([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})", re.ASCII)
_MOST_STEPS = 4
"""So many styles point to one another before it is taken for a circle."""


@dataclass(frozen=True, kw_only=True)
class PlacemarkStyle:
    """What a style states, None for what it leaves to others; colors are ``#rrggbbaa``."""

    icon_color: str | None = None
    icon_scale: float | None = None
    icon_image: bool | None = None
    line_color: str | None = None
    line_width: float | None = None
    fill_color: str | None = None
    is_filled: bool | None = None
    is_outlined: bool | None = None

    def over(self, other: "PlacemarkStyle") -> "PlacemarkStyle":
        """Return what is stated here, and of ``other`` what is not."""
        own = {f.name: getattr(self, f.name) for f in fields(self)}
        return replace(other, **{name: value for name, value in own.items() if value is not None})


@dataclass(frozen=True, kw_only=True)
class Placemark:
    """A feature in the order of the file: its shape, its shared style by address, its own style."""

    kind: Kind | None = None
    url: str = ""
    own: PlacemarkStyle | None = None


@dataclass
class StyledDocument:
    """The placemarks of each container in the order of their beginnings, and the shared styles."""

    containers: list[list[Placemark]] = field(default_factory=list)
    shared: dict[str, PlacemarkStyle | str] = field(default_factory=dict)
    links: int = 0

    layers: int = 0

    def count_rows(self, layers: int) -> list[int] | None:
        """Return the features of each of GDAL's layers; None where they do not match them.

        GDAL leaves out the outermost container where that holds others and no feature.
        """
        self.layers = layers
        skipped = len(self.containers) - layers
        return list(map(len, self.containers[skipped:])) if skipped in (0, 1) else None

    def find_container(self, place: int, rows: int) -> list[Placemark] | None:
        """Return the placemarks of a layer that was counted; None where they are not so many."""
        if self.count_rows(self.layers) is None:
            return None
        found = self.containers[place + len(self.containers) - self.layers]
        return found if len(found) == rows else None

    def resolve(self, placemark: Placemark) -> PlacemarkStyle | None:
        """Return what a placemark is drawn with; None where no style in this file says it."""
        shared: PlacemarkStyle | str | None = placemark.url
        for _ in range(_MOST_STEPS):
            if not isinstance(shared, str):
                break
            shared = self.shared.get(shared[1:]) if shared.startswith("#") else None
        base = shared if isinstance(shared, PlacemarkStyle) else None
        if placemark.own is None:
            return base
        return placemark.own if base is None else placemark.own.over(base)


def read_styles(path: Path) -> StyledDocument:
    """Read the styles of a KML that was checked as XML before."""
    found, inside = StyledDocument(), list[int]()
    for event, element in ET.iterparse(path, events=("start", "end")):  # noqa: S314 checked before
        name = _local(element)
        if event == "start":
            if name in _CONTAINERS:
                inside.append(len(found.containers))
                found.containers.append([])
            continue
        if name in _CONTAINERS:
            inside.pop()
        elif name in _FEATURES:
            _take_feature(found, element, inside)
        elif name in ("Style", "StyleMap") and element.get("id"):
            found.shared[str(element.get("id"))] = _read_shared(element)
            continue
        elif name == "NetworkLink":
            found.links += 1
        else:
            continue
        element.clear()
    return found


def _take_feature(found: StyledDocument, element: ET.Element, inside: list[int]) -> None:
    if not inside and not found.containers:
        found.containers.append([])
    own = _find(element, "Style")
    own = own if own is not None else _find(element, "StyleMap")
    stated = None if own is None else _read_shared(own)
    url = (_text(element, "styleUrl") or "").strip()
    found.containers[inside[-1] if inside else 0].append(
        Placemark(
            kind=_kind_of(element),
            url=stated if isinstance(stated, str) else url,
            own=None if isinstance(stated, str) else stated,
        )
    )


def _read_shared(element: ET.Element) -> PlacemarkStyle | str:
    """Return what a style states, or of a map the style for the normal state or its address."""
    if _local(element) == "Style":
        return _read_style(element)
    for pair in _list(element, "Pair"):
        if (_text(pair, "key") or "").strip() == "normal":
            own = _find(pair, "Style")
            return _read_style(own) if own is not None else (_text(pair, "styleUrl") or "").strip()
    return ""


def _read_style(element: ET.Element) -> PlacemarkStyle:
    icon, line, area = (_find(element, name) for name in ("IconStyle", "LineStyle", "PolyStyle"))
    image = None if icon is None else _find(icon, "Icon")
    return PlacemarkStyle(
        icon_color=_color(icon),
        icon_scale=_number(icon, "scale"),
        icon_image=None if image is None else bool((_text(image, "href") or "").strip()),
        line_color=_color(line),
        line_width=_number(line, "width"),
        fill_color=_color(area),
        is_filled=_flag(area, "fill"),
        is_outlined=_flag(area, "outline"),
    )


def _kind_of(element: ET.Element) -> Kind | None:
    names = {_name(tag) for tag in {child.tag for child in element.iter()}}
    if names & _AREAS:
        return "area"
    if names & _LINES:
        return "line"
    return "point" if "Point" in names else None


def _color(element: ET.Element | None) -> str | None:
    """Read ``aabbggrr`` as ``#rrggbbaa``."""
    text = None if element is None else _text(element, "color")
    found = _COLOR.fullmatch((text or "").strip())
    if found is None:
        return None
    alpha, blue, green, red = found.groups()
    return f"#{red}{green}{blue}{alpha}".lower()


def _number(element: ET.Element | None, name: str) -> float | None:
    text = None if element is None else _text(element, name)
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if 0 <= value < float("inf") else None


def _flag(element: ET.Element | None, name: str) -> bool | None:
    text = "" if element is None else (_text(element, name) or "").strip().lower()
    return None if not text else text in ("1", "true")


def _local(element: ET.Element) -> str:
    return _name(element.tag)


@lru_cache(1_024)
def _name(tag: object) -> str:
    return str(tag).rpartition("}")[2]


def _list(element: ET.Element, name: str) -> Iterator[ET.Element]:
    return (child for child in element if _local(child) == name)


def _find(element: ET.Element, name: str) -> ET.Element | None:
    return next(_list(element, name), None)


def _text(element: ET.Element, name: str) -> str | None:
    found = _find(element, name)
    return None if found is None else found.text
