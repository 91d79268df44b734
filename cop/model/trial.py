"""Changes of sensors that are tried on the map: what if. Nothing of them is stored with sensors."""

import math
from dataclasses import dataclass
from typing import Final, Literal, Self

from cop.errors import FilterError
from cop.model.sensor import HEIGHT_LIMITS_M

TrialSort = Literal["add", "move", "raise", "off"]

MOST_TRIALS: Final = 20
LONGEST_TRIAL: Final = 160
_NUMBERS: Final[dict[TrialSort, tuple[int, ...]]] = {
    "add": (4, 6),
    "move": (2,),
    "raise": (1,),
    "off": (0,),
}
_FORMS: Final[dict[TrialSort, str]] = {
    "add": "add:NAME@LON,LAT,HEIGHT,RANGE or add:NAME@LON,LAT,HEIGHT,RANGE,AZIMUTH,VIEW",
    "move": "move:SENSOR@LON,LAT",
    "raise": "raise:SENSOR@HEIGHT",
    "off": "off:SENSOR",
}
_LIMITS: Final = {
    "lon": (-180.0, 180.0),
    "lat": (-85.0, 85.0),
    "height_m": HEIGHT_LIMITS_M,
    "range_m": (1.0, 300_000.0),
    "azimuth_deg": (0.0, 360.0),
    "fov_deg": (1.0, 360.0),
}


@dataclass(frozen=True, kw_only=True)
class SensorTrial:
    """One change that is tried: a sensor added, moved, raised to another height, or switched off.

    Places are degrees (EPSG:4326), heights meters above the ground; what the change leaves as it
    is is None.
    """

    sort: TrialSort
    sensor: str
    lon: float | None = None
    lat: float | None = None
    height_m: float | None = None
    range_m: float | None = None
    azimuth_deg: float | None = None
    fov_deg: float | None = None

    @property
    def is_of_loaded(self) -> bool:
        """Whether it changes a sensor that is loaded."""
        return self.sort != "add"

    def to_text(self) -> str:
        """Return the change as an address has it; ``from_text`` reads it."""
        names = _names(self.sort, with_view=self.azimuth_deg is not None)
        numbers = [getattr(self, name) for name in names]
        written = ",".join(f"{number:.6f}".rstrip("0").rstrip(".") for number in numbers)
        return f"{self.sort}:{self.sensor}{f'@{written}' if written else ''}"

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read a change strictly: FilterError says what is wrong with it."""
        sort = next((one for one in _FORMS if text.startswith(f"{one}:")), None)
        if sort is None:
            raise FilterError(f"whatif={text[:40]!r}: use {'; '.join(_FORMS.values())}")
        rest = text.removeprefix(f"{sort}:")
        sensor, _, written = (rest, "", "") if sort == "off" else rest.rpartition("@")
        parts = written.split(",") if sensor and written else []
        if not sensor or len(parts) not in _NUMBERS[sort]:
            raise FilterError(f"whatif={text[:40]!r}: write {_FORMS[sort]}")
        numbers = [_number(part, text) for part in parts]
        names = _names(sort, with_view=len(numbers) == max(_NUMBERS["add"]))
        given = dict(zip(names, numbers, strict=True))
        for name, number in given.items():
            low, high = _LIMITS[name]
            if not low <= number <= high:
                raise FilterError(
                    f"whatif={text[:40]!r}: {name} is {number:g}; use {low:g} to {high:g}"
                )
        return cls(sort=sort, sensor=sensor, **given)


def _names(sort: TrialSort, *, with_view: bool) -> tuple[str, ...]:
    place = ("lon", "lat")
    view = ("azimuth_deg", "fov_deg") if with_view else ()
    return {
        "add": (*place, "height_m", "range_m", *view),
        "move": place,
        "raise": ("height_m",),
        "off": (),
    }[sort]


def _number(part: str, text: str) -> float:
    try:
        number = float(part)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise FilterError(f"whatif={text[:40]!r}: {part[:20]!r} is not a number")
    return number
