"""Reads positions: decimal degrees, degrees with minutes, MGRS, UTM."""

import re
from dataclasses import dataclass
from typing import Literal, NoReturn

from mgrs.core import MGRSError

from cop.errors import FilterError
from cop.model.place import format_lat_lon, grid_converter

_NUMBER = r"[+\-\u2212]?\d+(?:\.\d+)?"
_TOKEN = re.compile(
    rf"\s*(?:(?P<number>{_NUMBER})|(?P<letter>[NSEW](?![A-Z]))|(?P<split>[,;/])"
    r"|[\u00b0\u00ba'\u2032\u2019\"\u2033\u201d])",
    re.IGNORECASE,
)
_MGRS = re.compile(r"(\d{1,2}) ?([C-HJ-NP-X]) ?([A-Z]) ?([A-Z]) ?([\d ]+)", re.IGNORECASE)
_UTM = re.compile(
    r"(\d{1,2}) ?([C-HJ-NP-X])[ ,;]+(\d{5,7}(?:\.\d+)?) ?(?:mE|E|m)?[ ,;]+"
    r"(\d{1,8}(?:\.\d+)?) ?(?:mN|N|m)?",
    re.ASCII | re.IGNORECASE,
)
_BAND_S_M = (3_500_000, 4_500_000)
_ZONES = 60
_BANDS = "CDEFGHJKLMNPQRSTUVWX"
_MOST_LAT, _MOST_LON, _SIXTY = 90.0, 180.0, 60.0
_METERS_PER_DEGREE = 111_000.0
_MOST_PARTS, _MOST_DIGITS = 3, 5


class CoordinateError(FilterError):
    """A text looks like a position but is not valid; ``swapped`` is the likely correction."""

    def __init__(self, message: str, swapped: "Position | None" = None) -> None:
        """Store the message and the position with its two numbers swapped."""
        super().__init__(message)
        self.swapped = swapped


@dataclass(frozen=True, kw_only=True)
class Position:
    """A place in degrees (EPSG:4326) and how exact the text was, in meters; ``text`` in one form.

    Of MGRS it is the middle of the square that was named, and the exactness is the square's side.
    """

    lat: float
    lon: float
    exact_m: float
    text: str


def parse_position(text: str) -> Position | None:
    """Read a position; None if the text does not look like one, CoordinateError if it is wrong.

    Without letters the latitude is first.
    """
    stripped = _with_points(" ".join(text.split()))
    square = _MGRS.fullmatch(stripped)
    if square is not None:
        return _parse_mgrs(square, stripped)
    tokens = _tokenise(stripped)
    if tokens is None:
        return None
    halves = _lettered(tokens, stripped) if _letters(tokens) else _plain(tokens)
    return None if halves is None else _build_position(*halves, text=stripped)


def parse_degrees(text: str, *, axis: Literal["lat", "lon"]) -> float:
    """Read one of the two in degrees, with up to minutes and seconds; CoordinateError where wrong.

    N, S, E or W may stand before or after; letters of the other axis are refused.
    """
    stripped = _with_points(" ".join(text.split()))
    if "," in stripped and "." not in stripped:
        stripped = stripped.replace(",", ".")
    tokens = _tokenise(stripped) or []
    letters = _letters(tokens)
    own, most = ("NS", _MOST_LAT) if axis == "lat" else ("EW", _MOST_LON)
    if len(letters) > 1 or any(letter not in own for letter in letters) or not tokens:
        _refuse(text, f"no {'latitude' if axis == 'lat' else 'longitude'}")
    parts = tuple(token for token in tokens if token not in letters)
    degrees = _degrees(_Half(parts, letters[0] if letters else ""), text)
    if abs(degrees) > most:
        _refuse(text, f"{_shown(degrees)} is beyond {most:g}")
    return degrees


@dataclass(frozen=True)
class Utm:
    """A place in the grid of a UTM zone, meters; ``is_north`` of the equator."""

    zone: int
    is_north: bool
    easting_m: float
    northing_m: float


def parse_utm(text: str) -> Utm | None:
    """Read ``12R 505960 3466850``: zone with its band, or with N or S, easting, northing.

    S is the band of 32 to 40 N where the northing lies there, else the southern half of the earth.
    None where the text is not meant as UTM.
    """
    found = _UTM.fullmatch(" ".join(text.split()))
    if found is None or not 1 <= int(found[1]) <= _ZONES:
        return None
    easting, northing = float(found[3]), float(found[4])
    letter = found[2].upper()
    is_north = letter >= "N"
    if letter == "S":
        is_north = _BAND_S_M[0] <= northing <= _BAND_S_M[1]
    return Utm(int(found[1]), is_north, easting, northing)


def _with_points(text: str) -> str:
    """Take 46,17 20,08 as decimals, where commas stand inside two numbers and points in none."""
    pieces = [piece for piece in re.split(r"[; ]+", text) if re.search(r"\d,\d", piece)]
    commas = [piece.count(",") for piece in pieces]
    return text.replace(",", ".") if commas == [1, 1] and "." not in text else text


@dataclass(frozen=True)
class _Half:
    """One of the two: degrees with up to minutes and seconds, and N, S, E, W where it was given."""

    parts: tuple[str, ...]
    letter: str = ""


def _parse_mgrs(found: re.Match[str], text: str) -> Position:
    zone, band, column, row, rest = found.groups()
    square = column + row
    groups = rest.split()
    digits = "".join(groups)
    two = 2
    if len(groups) > two or len(digits) % 2 or len(digits) > two * _MOST_DIGITS:
        _refuse_mgrs(text, "use the same number of digits for easting and northing, 1 to 5 each")
    if len(groups) == two and len(groups[0]) != len(groups[1]):
        _refuse_mgrs(text, "easting and northing need the same number of digits")
    side = len(digits) // two
    try:
        lat, lon = grid_converter().toLatLon(f"{int(zone):02d}{band}{square}{digits}".upper())
    except (MGRSError, RuntimeWarning):
        _refuse_mgrs(text, "there is no such square")
    normalized = f"{int(zone):02d}{band} {square} {digits[:side]} {digits[side:]}".upper()
    _check_band(lat, band, text)
    return Position(lat=lat, lon=lon, exact_m=10.0 ** (_MOST_DIGITS - side), text=normalized)


def _check_band(lat: float, band: str, text: str) -> None:
    """Refuse a square that its band does not reach: the converter takes it and goes elsewhere.

    The middle of a square that lies across the band's edge is at most 0.7 degrees outside.
    """
    south = _BANDS.index(band.upper()) * 8.0 - 80.0
    north = south + (12.0 if band in "Xx" else 8.0)
    if not south - 1 <= lat <= north + 1:
        _refuse_mgrs(text, f"band {band.upper()} has no such square")


def _refuse_mgrs(text: str, reason: str) -> NoReturn:
    raise CoordinateError(f"MGRS '{text[:40]}': {reason}, like 12R WV 05960 66850")


def _tokenise(text: str) -> list[str] | None:
    tokens: list[str] = []
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            return None
        token = found["number"] or found["letter"] or found["split"]
        if token:
            tokens.append(token.upper().replace("\u2212", "-"))
        at = found.end()
    return tokens if any(token[-1].isdigit() for token in tokens) else None


def _letters(tokens: list[str]) -> list[str]:
    return [piece for piece in tokens if piece in "NSEW"]


def _lettered(tokens: list[str], text: str) -> tuple[_Half, _Half] | None:
    """Divide by the letters, which stand before both numbers or after both."""
    pieces = [piece for piece in tokens if piece not in ",;/"]
    places = [i for i, piece in enumerate(pieces) if piece in "NSEW"]
    letters = [pieces[i] for i in places]
    if len(letters) != 2 or (letters[0] in "NS") == (letters[1] in "NS"):  # noqa: PLR2004
        _refuse(text, "use one of N or S and one of E or W")
    if places[0] == 0:
        parts = (pieces[1 : places[1]], pieces[places[1] + 1 :])
    elif places[1] == len(pieces) - 1:
        parts = (pieces[: places[0]], pieces[places[0] + 1 : -1])
    else:
        _refuse(text, "use the letters before both numbers or after both")
    halves = [_Half(tuple(p), letter) for p, letter in zip(parts, letters, strict=True)]
    north = 0 if halves[0].letter in "NS" else 1
    return halves[north], halves[1 - north]


def _plain(tokens: list[str]) -> tuple[_Half, _Half] | None:
    """Divide at the one separator, or in the middle; None where that is no pair."""
    splits = [i for i, piece in enumerate(tokens) if piece in ",;/"]
    numbers = [piece for piece in tokens if piece not in ",;/"]
    if len(splits) > 1 or len(numbers) % 2:
        return None
    middle = splits[0] if splits else len(numbers) // 2
    first, last = tuple(numbers[:middle]), tuple(numbers[middle:])
    if not 1 <= len(first) == len(last) <= _MOST_PARTS:
        return None
    return _Half(first), _Half(last)


def _build_position(north: _Half, east: _Half, *, text: str) -> Position:
    lat, lon = _degrees(north, text), _degrees(east, text)
    exact_m = max(_exact_m(north), _exact_m(east))
    if abs(lat) > _MOST_LAT:
        swapped = None
        if not north.letter and abs(lat) <= _MOST_LON and abs(lon) <= _MOST_LAT:
            swapped = _position(lon, lat, exact_m)
        remedy = f"did you mean {swapped.text}?" if swapped else "use latitude first"
        raise CoordinateError(
            f"Latitude {_shown(lat)} in '{text[:40]}' is beyond 90: {remedy}", swapped
        )
    if abs(lon) > _MOST_LON:
        _refuse(text, f"longitude {_shown(lon)} is beyond 180")
    return _position(lat, lon, exact_m)


def _position(lat: float, lon: float, exact_m: float) -> Position:
    return Position(lat=lat, lon=lon, exact_m=exact_m, text=format_lat_lon(lat, lon))


def _degrees(half: _Half, text: str) -> float:
    if not 1 <= len(half.parts) <= _MOST_PARTS:
        _refuse(text, "use degrees, or degrees and minutes, or degrees, minutes and seconds")
    first, *smaller = half.parts
    if any(part[0] in "+-" or float(part) >= _SIXTY for part in smaller):
        _refuse(text, "minutes and seconds must be from 0 to 60")
    if any("." in part for part in half.parts[:-1]):
        _refuse(text, "only the last number of degrees, minutes and seconds may have a fraction")
    if half.letter and first[0] in "+-":
        _refuse(text, "use a sign or a letter, not both")
    size = sum(abs(float(part)) / _SIXTY**i for i, part in enumerate(half.parts))
    return -size if first[0] == "-" or half.letter in ("S", "W") else size


def _exact_m(half: _Half) -> float:
    decimals = len(half.parts[-1].partition(".")[2])
    return _METERS_PER_DEGREE / _SIXTY ** (len(half.parts) - 1) / 10.0**decimals


def _shown(degrees: float) -> str:
    return f"{degrees:.10g}".replace("-", "\u2212")


def _refuse(text: str, reason: str) -> NoReturn:
    raise CoordinateError(f"Position '{text[:40]}': {reason}, like 31.34, -110.93")
