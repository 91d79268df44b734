"""Place search: towns, facilities, counties, sectors, segments and positions in one question."""

import math
import re
from dataclasses import dataclass
from typing import Any, Literal

from cop.errors import FilterError
from cop.model.coordinate import CoordinateError, Position, parse_position
from cop.model.place import format_lat_lon, format_mgrs, mgrs_digits
from cop.query.gazetteer import FOLDED, ensure_gazetteer
from cop.query.service import QueryService
from cop.query.view import View
from cop.store.snapshot import Snapshot

Kind = Literal["town", "port", "station", "facility", "county", "sector", "segment", "position"]
MOST_LETTERS = 100
_WORLD_M, _TILE_PIXELS, _SHOWN_PIXELS = 40_075_016.7, 512, 150
_LEAST_ZOOM, _MOST_ZOOM = 6.0, 14.0
_SEGMENT = re.compile(r"([A-Za-z]{2,5})[ _-]*0*(\d{1,5})")
_LEAST_FUZZY, _TWO_OFF = 4, 7


@dataclass(frozen=True, kw_only=True)
class SearchResult:
    """A place with where to look: degrees (EPSG:4326), zoom in 512-pixel tiles.

    ``position`` and ``mgrs`` are its words, no finer than it is known; areas have none.
    """

    title: str
    detail: str
    kind: Kind
    lon: float
    lat: float
    zoom: float
    position: str = ""
    mgrs: str = ""


@dataclass(frozen=True, kw_only=True)
class SearchAnswer:
    """What was found, the likeliest first, and a note if that is not enough."""

    results: tuple[SearchResult, ...] = ()
    message: str = ""


def search_places(service: QueryService, view: View, text: str, limit: int = 8) -> SearchAnswer:
    """Find what a text names; a text that names nothing is answered with what would."""
    if not 1 <= len(text) <= MOST_LETTERS or not text.isprintable() or not text.strip():
        raise FilterError(f"q={text[:40]!r}: use 1 to {MOST_LETTERS} printable characters")
    snapshot = view.snapshot
    try:
        position = parse_position(text)
    except CoordinateError as fault:
        swapped = fault.swapped
        found = (_position_result(swapped, snapshot),) if swapped else ()
        return SearchAnswer(results=found, message=str(fault))
    if position is not None:
        return SearchAnswer(results=(_position_result(position, snapshot),))
    with service.warehouse.building:
        table = ensure_gazetteer(service.warehouse, snapshot)
    return _search_names(service, view, table, " ".join(text.split()), limit)


def _position_result(position: Position, snapshot: Snapshot) -> SearchResult:
    lat, lon, exact_m = position.lat, position.lon, position.exact_m
    words = format_lat_lon(lat, lon)
    grid = format_mgrs(lat, lon, digits=mgrs_digits(exact_m / 2))
    by_grid = position.text != words
    side = f"{exact_m:,.0f} m" if exact_m < 1_000 else f"{exact_m / 1_000:,.0f} km"  # noqa: PLR2004
    detail = f"{words}; middle of the square of {side}" if by_grid else f"MGRS {grid}"
    if snapshot.region is not None and not _inside(snapshot.region.extent, lon, lat):
        detail += "; outside the region"
    return SearchResult(
        title=position.text,
        detail=detail,
        kind="position",
        lon=lon,
        lat=lat,
        zoom=_zoom_for(exact_m, lat),
        position=words,
        mgrs=position.text if by_grid else grid,
    )


def _inside(extent: tuple[float, float, float, float], lon: float, lat: float) -> bool:
    west, south, east, north = extent
    return west <= lon <= east and south <= lat <= north


def _zoom_for(exact_m: float, lat: float) -> float:
    """The zoom at which what is named spans some 150 pixels, within bounds."""
    across = _WORLD_M * math.cos(math.radians(lat)) / _TILE_PIXELS
    zoom = math.log2(max(1e-9, across) * _SHOWN_PIXELS / exact_m)
    return round(min(_MOST_ZOOM, max(_LEAST_ZOOM, zoom)), 2)


def _search_names(
    service: QueryService, view: View, table: str, text: str, limit: int
) -> SearchAnswer:
    segment = _SEGMENT.fullmatch(text)
    code = segment[1].upper() if segment else ""
    rows = _find_segment(service, table, code, int(segment[2])) if segment else []
    ((folded,),) = service.warehouse.query(f"SELECT {FOLDED.format('$text')}", {"text": text})
    message = ""
    if folded and not rows:
        rows = _ranked(service, table, folded, limit)
    if not rows and code in view.snapshot.sectors:
        message = _no_segment(service, table, code, text)
    elif not rows:
        rows = _alike(service, table, folded, limit)
        message = (
            f"No match for '{text}'; similar names:"
            if rows
            else _nothing(service, view, table, text)
        )
    return SearchAnswer(results=tuple(map(_result, rows)), message=message)


_COLUMNS = "title, detail, kind, lon, lat, zoom, uncertainty_m"


def _find_segment(service: QueryService, table: str, code: str, number: int) -> list[Any]:
    sql = f"SELECT {_COLUMNS} FROM {table} WHERE sector = $code AND number = $number"
    return service.warehouse.query(sql, {"code": code, "number": number})


def _no_segment(service: QueryService, table: str, code: str, text: str) -> str:
    sql = f"SELECT min(title), max(title) FROM {table} WHERE sector = $code"
    first, last = service.warehouse.query(sql, {"code": code})[0]
    return f"There is no segment '{text}': {code} has {first} to {last}"


def _ranked(service: QueryService, table: str, folded: str, limit: int) -> list[Any]:
    """Find by beginning: of the name, of a word in it, of every word; and by weight."""
    words = {f"word{i}": f" {word}" for i, word in enumerate(folded.split())}
    every = " AND ".join(f"contains(words, ${word})" for word in words)
    one = " OR ".join(f"contains(' ' || name, ${word})" for word in words)
    sql = f"""
        WITH ranked AS (
            SELECT {_COLUMNS}, weight, CASE
                WHEN $folded IN (name, code) OR words = $begun THEN 0
                WHEN starts_with(words, $begun) OR starts_with(code, $folded) THEN 1
                WHEN contains(' ' || name, $begun) THEN 1.5
                WHEN {every} AND ({one}) THEN 2.5
                END AS unlike
            FROM {table})
        SELECT {_COLUMNS} FROM ranked WHERE unlike IS NOT NULL
        ORDER BY weight - unlike DESC, title LIMIT $most
    """
    values = {"folded": folded, "begun": f" {folded}", "most": limit, **words}
    return service.warehouse.query(sql, values)


def _alike(service: QueryService, table: str, folded: str, limit: int) -> list[Any]:
    """Find names one letter off, of seven letters and more two, whole or as far as was typed."""
    if len(folded) < _LEAST_FUZZY:
        return []
    sql = f"""
        WITH measured AS (
            SELECT {_COLUMNS}, weight, damerau_levenshtein(name, $folded) AS whole,
                damerau_levenshtein(name[:len($folded)], $folded) AS begun
            FROM {table} WHERE number IS NULL AND len(name) >= len($folded) - $allowed)
        SELECT {_COLUMNS} FROM measured WHERE least(whole, begun) <= $allowed
        ORDER BY least(whole, begun + 0.5), weight DESC, title LIMIT $most
    """
    allowed = 1 if len(folded) < _TWO_OFF else 2
    return service.warehouse.query(sql, {"folded": folded, "allowed": allowed, "most": limit})


def _nothing(service: QueryService, view: View, table: str, text: str) -> str:
    """Return the message for no match, with examples from the loaded data."""
    codes = [*view.snapshot.sectors]
    sector = codes[len(codes) // 3] if codes else ""
    sql = f"SELECT title FROM {table} WHERE sector = $code ORDER BY abs(number - 31) LIMIT 1"
    example = service.warehouse.query(sql, {"code": sector})
    segment = f"a segment such as {example[0][0]}, " if example else ""
    return f"No match for '{text}'. Try a town, {segment}MGRS or lat, lon"


def _result(row: tuple[Any, ...]) -> SearchResult:
    title, detail, kind, lon, lat, zoom, uncertainty_m = row
    exact = uncertainty_m is not None
    return SearchResult(
        title=title,
        detail=detail,
        kind=kind,
        lon=lon,
        lat=lat,
        zoom=round(zoom, 2),
        position=format_lat_lon(lat, lon) if exact else "",
        mgrs=format_mgrs(lat, lon, digits=mgrs_digits(uncertainty_m)) if exact else "",
    )
