"""Places and times as the people of a county say them: towns and miles, the local clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Self
from zoneinfo import ZoneInfo

import geopandas as gpd
import numpy as np
import numpy.typing as npt

from cop.model.filter import Filter
from cop.model.time_zone import find_zone
from cop.store.snapshot import Snapshot

_EARTH_MI: Final = 3958.8
_NEAR_MI: Final = 0.5
_FAR_MI: Final = 60.0
_ONE: Final = {"people": "person"}
_WINDS: Final = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")


@dataclass(frozen=True, kw_only=True)
class Locality:
    """The towns around an area, and the clock of the sector that it lies in."""

    names: Sequence[str]
    lon: npt.NDArray[np.float64]
    lat: npt.NDArray[np.float64]
    zone: ZoneInfo

    @classmethod
    def of(cls, snapshot: Snapshot, place: Filter) -> Self:
        """Read the towns of a region, and the time zone of a place; UTC where none is known."""
        names: list[str] = []
        lon = lat = np.zeros(0)
        if "places" in snapshot.catalogue.files:
            towns = gpd.read_parquet(snapshot.catalogue.files_of("places")[0])
            names = [str(name) for name in towns["name"]]
            lon, lat = towns.geometry.x.to_numpy(), towns.geometry.y.to_numpy()
        return cls(names=names, lon=lon, lat=lat, zone=_find_zone(snapshot, place))

    def say_time(self, moment: datetime) -> str:
        """Write a moment (naive UTC) by the local clock: ``Tue Nov 24, 11:30 AM MST``."""
        local = moment.replace(tzinfo=UTC).astimezone(self.zone)
        return f"{local:%a %b} {local.day}, {local.hour % 12 or 12}:{local:%M %p %Z}"

    def say_place(self, lon: float, lat: float) -> str:
        """Write where a place (EPSG:4326) is by its nearest town: ``4 mi W of Nogales``."""
        if not len(self.names):
            return f"{abs(lat):.3f} {'N' if lat >= 0 else 'S'} {abs(lon):.3f} W"
        distances, bearings = self._from_towns(lon, lat)
        nearest = int(np.argmin(distances))
        miles = distances[nearest]
        if miles > _FAR_MI:
            return f"{lat:.3f} N {-lon:.3f} W"
        if miles < _NEAR_MI:
            return f"in {self.names[nearest]}"
        wind = _WINDS[round(bearings[nearest] / 45) % len(_WINDS)]
        return f"{miles:.0f} mi {wind} of {self.names[nearest]}"

    def _from_towns(
        self, lon: float, lat: float
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Return miles from every town and the bearing from it, on a sphere."""
        a, b = np.radians(self.lat), np.radians(lat)
        d = np.radians(lon - self.lon)
        half = np.sin((b - a) / 2) ** 2 + np.cos(a) * np.cos(b) * np.sin(d / 2) ** 2
        miles = 2 * _EARTH_MI * np.arcsin(np.sqrt(half))
        bearing = np.degrees(
            np.arctan2(
                np.sin(d) * np.cos(b), np.cos(a) * np.sin(b) - np.sin(a) * np.cos(b) * np.cos(d)
            )
        )
        return miles, bearing % 360


def say_count(n: int, unit: str) -> str:
    """Write how many of a unit: ``1 person``, ``3 items``, ``2 kg``."""
    one = _ONE.get(unit, unit.removesuffix("s"))
    return f"{n:,} {one if n == 1 else unit}"


def _find_zone(snapshot: Snapshot, place: Filter) -> ZoneInfo:
    region = snapshot.region
    sectors = () if region is None else region.sectors
    for sector in sectors:
        if sector.code in place.sectors or {*sector.counties} & {*place.counties}:
            return find_zone(sector.time_zone) or ZoneInfo("UTC")
    return find_zone(sectors[0].time_zone) or ZoneInfo("UTC") if sectors else ZoneInfo("UTC")
