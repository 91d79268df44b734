"""Symbols of MIL-STD-2525 and APP-6 for points: their codes, and what was drawn of them."""

import re
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

_DIGITS, _LETTERS = 20, 15
_CODE: Final = re.compile(r"[0-9]{20}|[A-Z][A-Z0-9*-]{14}")
_LONGEST_PATH = 200_000
_HOW = (
    "use 20 digits (MIL-STD-2525D, APP-6D), like 10031000002002000000, "
    "or 15 letters (MIL-STD-2525C), as SFGPUCI--------"
)

_FRIEND, _UNKNOWN, _NEUTRAL, _HOSTILE = "3", "1", "4", "6"
_SIDES: Final = {
    "Unknown": _UNKNOWN,
    "Friendly": _FRIEND,
    "Neutral": _NEUTRAL,
    "Hostile": _HOSTILE,
}
_OWN: Final = {
    "Border Patrol": ("10", "200200"),
    "Border Patrol station": ("20", "112102"),
    "Customs": ("10", "200300"),
    "Port of entry (customs)": ("20", "112103"),
    "Coast Guard": ("10", "201100"),
    "Drug Enforcement Administration": ("10", "200400"),
    "Marshals Service": ("10", "201200"),
    "Police": ("10", "200700"),
    "Police station": ("20", "112107"),
    "Fire and rescue": ("15", "230200"),
    "Fire station": ("20", "112201"),
    "Medical": ("10", "161300"),
    "Ambulance": ("15", "230100"),
    "Hospital": ("20", "120702"),
    "Observation post": ("25", "160100"),
    "Sensor": ("15", "220100"),
    "Ground sensor, emplaced": ("15", "220200"),
    "Radar": ("15", "220300"),
    "Aerostat": ("01", "110700"),
    "Helicopter": ("01", "110200"),
    "Unmanned aircraft": ("01", "110300"),
    "Law enforcement boat": ("30", "140300"),
}
_ANYBODY: Final = {
    "person": ("11", "110300"),
    "group of persons": ("11", "110400"),
    "vehicle": ("15", "160100"),
    "truck": ("15", "160200"),
    "aircraft": ("01", "120100"),
    "helicopter": ("01", "120200"),
    "unmanned aircraft": ("01", "120300"),
    "boat": ("30", "140500"),
    "smuggling": ("40", "110119"),
}


class SymbolPart(BaseModel):
    """An area of one color: rings as ``M1,2L3,4L5,6Z``, holes running against their shells."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fill: Annotated[str, StringConstraints(pattern=r"^#[0-9a-f]{6}$")]
    path: Annotated[str, StringConstraints(pattern=r"^[MLZ0-9.,-]+$", max_length=_LONGEST_PATH)]

    @property
    def rings(self) -> tuple[tuple[tuple[float, float], ...], ...]:
        """The corners of each ring."""
        return tuple(
            tuple(_corner(pair) for pair in ring.split("L"))
            for ring in re.findall(r"M([^MZ]+)Z", self.path)
        )


class Symbol(BaseModel):
    """A symbol as areas that lie one over another, the first lowest.

    Units are those of the other shapes, which stand in a square of 64: its middle is the place on
    the map, x to the right, y down. ``box`` (left, top, right, bottom) holds all of the areas.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    box: Annotated[tuple[float, float, float, float], Field()]
    parts: Annotated[tuple[SymbolPart, ...], Field(min_length=1)]

    @property
    def reach(self) -> float:
        """How far it goes from its place to any side."""
        return max(map(abs, self.box))

    @property
    def title(self) -> str:
        """What it is, where it is one of those that are offered; else its code."""
        return TITLES.get(self.code, self.code)


def check_code(text: str) -> str:
    """Return a symbol's code as it is stored; ValueError names one that cannot be a code."""
    code = text.strip().upper()
    if code[:1].isalpha() and len(code) < _LETTERS and re.fullmatch(r"[A-Z][A-Z0-9*-]+", code):
        code = code.ljust(_LETTERS, "-")
    if not _CODE.fullmatch(code):
        raise ValueError(f"symbol {text[:40]!r} is not a symbol identification code: {_HOW}")
    return code.replace("*", "-")


def read_cot(kind: str) -> str | None:
    """Return the letter code of a Cursor-on-Target type, as a-f-G-U-C; None where it has none.

    A type of atoms is the code with a hyphen between its letters; what follows in small letters
    is beyond the standard. Installations bear an H in the eleventh place.
    """
    found = re.fullmatch(r"a-([a-z])-([A-Z])((?:-[A-Z0-9])*)(?:-[a-z].*)?", kind)
    if found is None:
        return None
    side, dimension, function = found[1].upper(), found[2], found[3].replace("-", "")
    if len(function) > _LETTERS - 9 or side not in "FHNUAS":
        return None
    place = "H" if dimension == "G" and function[:1] == "I" else "-"
    return f"S{side}{dimension}P{function:-<6}{place}".ljust(_LETTERS, "-")


def _corner(pair: str) -> tuple[float, float]:
    x, y = pair.split(",")
    return float(x), float(y)


def _number(side: str, where: tuple[str, str]) -> str:
    return f"100{side}{where[0]}0000{where[1]}0000"


OFFERED: Final[dict[str, str]] = {
    **{title: _number(_FRIEND, where) for title, where in _OWN.items()},
    **{
        f"{side} {title}": _number(number, where)
        for title, where in _ANYBODY.items()
        for side, number in _SIDES.items()
    },
}
"""The symbols that a border task force is likely to use: what each means, and its code."""
TITLES: Final[dict[str, str]] = {code: title for title, code in OFFERED.items()}
