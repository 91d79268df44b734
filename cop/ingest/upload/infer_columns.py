"""What a column looks like, by its name and a sample of its cells."""

import re
from collections.abc import Callable
from typing import Literal

from cop.ingest.personal.column import fold_letters, is_birth, is_personal
from cop.ingest.upload.parse_time import EXCEL, find_form
from cop.ingest.upload.time_name import is_serial
from cop.model.coordinate import CoordinateError, parse_degrees, parse_position, parse_utm
from cop.model.upload import Look

_NAMES: dict[str, str] = {
    "latitude": "lat latitude latitud breite szelesseg lat_dd latdd y_lat start_lat gps_lat "
    "gps_latitude event_latitude",
    "longitude": "lon lng long longitude longitud laenge lange hosszusag lon_dd londd x_lon "
    "start_lon gps_lon gps_longitude event_longitude",
    "easting": "x easting east utm_e utm_x utm_easting point_x xcoord x_coord coord_x",
    "northing": "y northing north utm_n utm_y utm_northing point_y ycoord y_coord coord_y",
    "zone": "zone utm_zone utmzone zona grid_zone",
    "id": "id fid gid uid uuid guid oid objectid object_id globalid feature_id event_id record_id "
    "identifier source_id web_id",
    "position": "position pos coord coords coordinate coordinates location latlon latlong gps mgrs "
    "grid place dms",
    "time": "time date datetime timestamp dtg at when day epoch ts zeit datum fecha hora "
    "vreme ido idopont occurred reported created updated seen start end",
}
_WORDS = {look: frozenset(names.split()) for look, names in _NAMES.items()}
_WKT = re.compile(
    r"\s*(SRID=\d+;)?\s*(MULTI)?(POINT|LINESTRING|POLYGON|GEOMETRYCOLLECTION)\b", re.IGNORECASE
)
_MGRS_OR_LETTERS = re.compile(
    r"^\d{1,2} ?[C-HJ-NP-X] ?[A-Z]{2}|[NS].*[EW]|[EW].*[NS]", re.IGNORECASE
)
_MOSTLY, _NUMBERS, _LOOKED_AT = 0.9, 0.5, 50
_METERS = 1_000.0


def plain_name(name: str) -> str:
    """Return a name in lower case and plain Latin letters, its words split by underscores."""
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", fold_letters(name))
    return re.sub(r"[^a-z0-9]+", "_", split.lower()).strip("_")


def look_at(
    name: str, sample: list[str], *, is_typed_time: bool = False
) -> tuple[list[Look], str | None]:
    """Return what a column may be, and the form of its times."""
    plain = plain_name(name)
    words = set(plain.split("_"))
    form = "typed" if is_typed_time else find_form(sample, is_named=bool(words & _WORDS["time"]))
    if form is None and is_serial(name, sample):
        form = EXCEL
    looks: list[Look] = []
    if is_personal(name, sample):
        looks.append("person")
    place = _place_look(plain, words, sample[:_LOOKED_AT])
    if place is not None:
        looks.append(place)
    elif form is not None and not is_birth(name):
        looks.append("time")
    if plain in _WORDS["id"]:
        looks.append("id")
    return looks, form


def _place_look(plain: str, words: set[str], sample: list[str]) -> Look | None:
    if not sample:
        return None
    numbers = [number for number in map(_number, sample) if number is not None]
    if len(numbers) >= _NUMBERS * len(sample):
        return _number_look(plain, numbers)
    hinted = bool(words & _WORDS["position"])
    tests: tuple[tuple[Look, bool, Callable[[str], bool]], ...] = (
        ("wkt", True, lambda text: _WKT.match(text) is not None),
        ("zone", plain in _WORDS["zone"], lambda _text: True),
        ("latitude", plain in _WORDS["latitude"], lambda text: _is_degrees(text, "lat")),
        ("longitude", plain in _WORDS["longitude"], lambda text: _is_degrees(text, "lon")),
        ("utm", True, lambda text: parse_utm(text) is not None),
        ("position", True, lambda text: _is_position(text, hinted=hinted)),
    )
    for look, applies, test in tests:
        if applies and sum(map(test, sample)) >= _MOSTLY * len(sample):
            return look
    return None


def _number_look(plain: str, numbers: list[float]) -> Look | None:
    looks: tuple[Look, ...] = ("latitude", "longitude", "zone")
    for look in looks:
        if plain in _WORDS[look]:
            return look
    is_small = max(map(abs, numbers)) <= _METERS
    if plain in _WORDS["easting"]:
        return "longitude" if is_small else "easting"
    if plain in _WORDS["northing"]:
        return "latitude" if is_small else "northing"
    return None


def _number(text: str) -> float | None:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None


def _is_degrees(text: str, axis: Literal["lat", "lon"]) -> bool:
    try:
        parse_degrees(text, axis=axis)
    except CoordinateError:
        return False
    return True


def _is_position(text: str, *, hinted: bool) -> bool:
    if not hinted and not _MGRS_OR_LETTERS.search(text):
        return False
    try:
        return parse_position(text) is not None
    except CoordinateError:
        return False
