"""From a symbol's code to its drawing, by the milsymbol package; what it cannot draw is refused."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from threading import Lock
from typing import Any, Final

import milsymbol.symbol
import shapely
from matplotlib.colors import to_rgb

from cop.errors import LayerError
from cop.ingest.symbol.area import Area, read_areas
from cop.ingest.symbol.table import LETTERS, NUMBERS, Entry, find_entries, read_modifiers
from cop.model.symbol import Symbol, SymbolPart

_SCALE: Final = 64 / 45
"""A frame, 100 units of the standard's octagon high, is somewhat more than two shapes high."""
_MIDDLE = 100.0
_HALO, _HALO_WIDTH = "#ffffff", 3.0
"""White on every map: frames and unframed lines are black."""
_CLOSE = 0.3
_PLANNED: Final = {"fill": False, "stroke": "rgb(239,239,239)", "strokewidth": 5}
_PLANNED_DASH, _STROKE = "8,12", 4
_INSTALLATION = "20"
_DASHED, _HOSTILE, _UNKNOWN, _NEUTRAL = "025AS", "56SH", "01U", "4N"
_ORGANIZATIONS = ("10", "11")
_ECHELONS: Final = (*range(11, 19), *range(21, 27))
_LOCK = Lock()
_MOST_CACHED = 1_000
_DRAWN: dict[str, Symbol | LayerError] = {}
_NOT_KNOWN = "no such symbol is known: look the code up, or choose a shape"


def draw_symbols(
    codes: Iterable[str], stored: Mapping[str, Symbol] | None = None
) -> dict[str, Symbol]:
    """Return the drawings of symbols by their codes, those in ``stored`` as they are.

    LayerError names the first code that has no drawing, and what to do about it.
    """
    stored = stored or {}
    requested = tuple(dict.fromkeys(codes))
    drawn = _draw_all([code for code in requested if code not in stored])
    for found in drawn.values():
        if isinstance(found, LayerError):
            raise LayerError(str(found))
    return {code: stored.get(code) or drawn[code] for code in requested}  # type: ignore[misc]


def find_drawn(codes: Iterable[str]) -> dict[str, Symbol]:
    """Return the drawings of those codes that have one."""
    drawn = _draw_all(list(dict.fromkeys(codes)))
    return {code: found for code, found in drawn.items() if isinstance(found, Symbol)}


def _draw_all(codes: Sequence[str]) -> dict[str, Symbol | LayerError]:
    """Draw what was not drawn before; of each table one pass is enough for all of its codes."""
    with _LOCK:
        keys: dict[str, str] = {}
        drawn: dict[str, Symbol | LayerError] = {}
        for code in codes:
            drawn[code] = _DRAWN.get(code) or _refused(code, _NOT_KNOWN)
            if code in _DRAWN:
                continue
            try:
                keys[code] = _check(code)
            except LayerError as fault:
                drawn[code] = fault
        entries = _find(keys)
        for code, key in keys.items():
            if key in entries:
                drawn[code] = _draw(code, entries[key])
        if len(_DRAWN) > _MOST_CACHED:
            _DRAWN.clear()
        _DRAWN.update(drawn)
        return drawn


def _find(keys: Mapping[str, str]) -> dict[str, Entry]:
    entries: dict[str, Entry] = {}
    for table, digits in ((NUMBERS, True), (LETTERS, False)):
        own = {key for code, key in keys.items() if code[0].isdigit() is digits}
        entries |= find_entries(table, own) if own else {}
    return entries


def _check(code: str) -> str:
    """Return the key of a code in its table, or refuse it."""
    return _check_digits(code) if code[0].isdigit() else _check_letters(code)


def _check_digits(code: str) -> str:
    version, context, side, symbols = code[:2], code[2], code[3], code[4:6]
    if version not in ("10", "11", "12", "13", "14"):
        raise _refused(code, f"version {version} in digits 1-2 is not known: write 10")
    if context != "0":
        raise _refused(code, "exercise and simulation are not drawn: write 0 as digit 3")
    if code[6] not in "01":
        raise _refused(
            code, "conditions are not drawn: write 0 (present) or 1 (planned) as digit 7"
        )
    if code[7] != "0":
        raise _refused(code, "headquarters, task force and dummy are not drawn: write 0 as digit 8")
    if code[8:10] != "00" and (symbols not in _ORGANIZATIONS or int(code[8:10]) not in _ECHELONS):
        raise _refused(code, "this echelon or mobility is not drawn: write 00 as digits 9-10")
    for place, number in ((1, code[16:18]), (2, code[18:20])):
        if number != "00" and f"{symbols}_{side}_m{place}_{number}" not in read_modifiers():
            digits = "17-18" if place == 1 else "19-20"
            raise _refused(code, f"modifier {number} is not known: write 00 as digits {digits}")
    return f"100{side}{symbols}0000{code[10:16]}0000"


def _check_letters(code: str) -> str:
    if code[3] not in "PA-":
        raise _refused(code, "conditions are not drawn: write P (present) or A (planned) fourth")
    if code[10] not in "-H":
        raise _refused(code, "headquarters, task force and dummy are not drawn: write - eleventh")
    if code[11] not in "-ABCDEFGH" or (code[10] == "H" and code[11] != "-"):
        raise _refused(code, "this echelon or mobility is not drawn: write - twelfth")
    echelon = "" if code[11] == "-" else f"-{code[11]}"
    return f"{code[:3]}-{code[4:10]}{echelon}"


def _refused(code: str, why: str) -> LayerError:
    return LayerError(f"style: symbol {code} is not drawn: {why}")


def _draw(code: str, entry: Entry) -> Symbol | LayerError:
    # The package would read its tables whole; it gets the one entry that it needs.
    package = milsymbol.symbol
    package._number_data = package._letter_data = {code: _amend(code, entry)}
    package._modifier_data = read_modifiers()
    try:
        svg = package.Symbol(code).as_svg()
    finally:
        package._number_data = package._letter_data = None
    areas = [(color, _placed(area)) for color, area in _joined(read_areas(svg))]
    if not areas:
        return _refused(code, "its drawing is empty: it is of a line or an area")
    halo = shapely.unary_union([area for _, area in areas]).buffer(_HALO_WIDTH * _SCALE)
    left, top, right, bottom = (round(float(edge), 1) for edge in halo.bounds)
    parts = [(_HALO, halo), *((_hex(color), area) for color, area in areas)]
    return Symbol(
        code=code,
        box=(left, top, right, bottom),
        parts=tuple(SymbolPart(fill=fill, path=_write(area)) for fill, area in parts),
    )


def _amend(code: str, entry: Entry) -> Entry:
    """Add what the package leaves out: the dashes of what is planned, an installation's bar."""
    drawn, box = list(entry["di"]), dict(entry["bb"])
    digits = code[0].isdigit()
    side = code[3] if digits else code[1]
    planned = code[6] == "1" if digits else code[3] == "A"
    framed = bool(drawn) and isinstance(drawn[0], dict) and bool(drawn[0].get("fillopacity"))
    if planned and framed and side not in _DASHED:
        drawn.insert(1, {**drawn[0], **_PLANNED, "strokedasharray": _PLANNED_DASH})
    if framed and (code[4:6] == _INSTALLATION if digits else code[10] == "H"):
        top, gap = _top(side)
        foot, tip = top + gap - _STROKE / 2, top - 10
        path = f"M85,{foot} 85,{tip} 115,{tip} 115,{foot} 100,{top - _STROKE} Z"
        drawn.append({"type": "path", "fill": "black", "stroke": "black", "d": path})
        box["y1"] = tip
    return {"di": drawn, "bb": box}


def _top(side: str) -> tuple[float, float]:
    """Return where the frame of something on land begins, and how far it falls beside the bar."""
    if side in _HOSTILE:
        return 28, 14
    if side in _UNKNOWN:
        return 30.75, 2
    return (45, 0) if side in _NEUTRAL else (50, 0)


def _joined(areas: list[tuple[str, Area]]) -> list[tuple[str, Area]]:
    """Join areas that follow one another in one color."""
    found: list[tuple[str, Area]] = []
    for color, area in areas:
        if found and found[-1][0] == color:
            found[-1] = (color, found[-1][1].union(area))
        else:
            found.append((color, area))
    return found


def _placed(area: Area) -> Area:
    moved = shapely.transform(area, lambda corners: (corners - _MIDDLE) * _SCALE)
    return moved.simplify(_CLOSE)


def _write(area: Area) -> str:
    """Write the rings of an area, holes against their shells, so that every fill rule fits."""
    rings = []
    for part in shapely.get_parts(area):
        if part.geom_type != "Polygon":
            continue
        turned = shapely.geometry.polygon.orient(part)
        for ring in (turned.exterior, *turned.interiors):
            corners = list(dict.fromkeys(f"{x:.1f},{y:.1f}" for x, y in ring.coords))
            if len(corners) > 2:  # noqa: PLR2004
                rings.append(f"M{'L'.join(corners)}Z")
    return "".join(rings).replace(".0", "")


@cache
def _hex(color: str) -> str:
    """Return a color of the package, a name or rgb(r,g,b), as #rrggbb."""
    numbers = re.findall(r"\d+", color)
    channels: Any = numbers if color.startswith("rgb") else [255 * c for c in to_rgb(color)]
    return "#" + "".join(f"{round(float(channel)):02x}" for channel in channels)
