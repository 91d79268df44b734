"""How many synthetic events each segment expects on each day, relative to the whole."""

from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.ndimage import uniform_filter1d
from scipy.signal import lfilter

from cop.ingest.demo.pattern import SEASON, WEEKDAY

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cop.ingest.demo.line import DemoLine

    Floats = NDArray[np.float64]

_KM_PER_HOT_PLACE: Final = 45.0
_DAYS_PER_HOT_PLACE: Final = 70.0
_EARLY_DAYS: Final = 120
_LEVEL_DAYS: Final = 28
_QUIET_SHARE: Final = 0.12
_BURST_SHARE: Final = 0.03
_BURST_DECAY: Final = float(np.exp(-1 / 2.5))


def build_intensity(
    line: "DemoLine", days: "NDArray[np.datetime64]", rng: np.random.Generator
) -> "Floats":
    """Intensity (segments, days) that sums to 1; each sector's sum is its share of the table."""
    density = _base_density(line, rng)
    count = len(days)
    field = density[:, None] + _hot_places(line, density, count, rng)
    field *= (1.0 + _bursts(line.size, count, rng)) * _weekly_whim(line.size, count, rng)
    field *= (_quiet(line.size, rng) * line.length_km)[:, None]
    wave = _sector_wave(line, count, rng) * _calendar(days)[None, :]
    for index, pattern in enumerate(line.patterns()):
        inside = line.sector == index
        # A hot place draws from its sector: without this it would drown season and trend.
        level = uniform_filter1d(field[inside].sum(axis=0), size=_LEVEL_DAYS, mode="nearest")
        field[inside] *= wave[index] / level
        field[inside] *= pattern.share / field[inside].sum()
    normal: Floats = field / field.sum()
    return normal


def _base_density(line: "DemoLine", rng: np.random.Generator) -> "Floats":
    """What a segment always has per km: log-normal, alike among neighbors."""
    rough = rng.normal(size=line.size + 4)
    kernel = np.array([0.2, 0.5, 0.7, 0.5, 0.2])
    smooth = np.convolve(rough, kernel / np.linalg.norm(kernel), mode="valid")
    density: Floats = np.exp(0.9 * smooth)
    return density


def _hot_places(
    line: "DemoLine", density: "Floats", days: int, rng: np.random.Generator
) -> "Floats":
    """Places that flare up, drift along the line and fade within weeks."""
    field = np.zeros((line.size, days))
    rate = line.length_km.sum() / _KM_PER_HOT_PLACE * (days + _EARLY_DAYS) / _DAYS_PER_HOT_PLACE
    total = max(1, int(rng.poisson(rate)))
    center = line.middle_km[rng.choice(line.size, size=total, p=_part(line.length_km))]
    born = rng.uniform(-_EARLY_DAYS, days, size=total)
    life = np.clip(rng.gamma(4.0, 21.0, size=total), 14.0, 240.0)
    drift = rng.normal(0.0, 0.2, size=total)
    width = rng.uniform(2.5, 7.0, size=total)
    peak = float(np.median(density)) * rng.lognormal(np.log(8.0), 0.8, size=total)
    for index in range(total):
        first = max(0, int(np.ceil(born[index])))
        age = np.arange(first, min(days, int(born[index] + life[index]))) - born[index]
        if len(age) == 0:
            continue
        path = center[index] + drift[index] * age
        reach = 4.0 * width[index]
        rows = np.flatnonzero(
            (line.middle_km > path.min() - reach) & (line.middle_km < path.max() + reach)
        )
        distance = (line.middle_km[rows, None] - path[None, :]) / width[index]
        shape = np.exp(-0.5 * distance**2) * np.sin(np.pi * age / life[index])
        field[rows, first : first + len(age)] += peak[index] * shape
    return field


def _part(weights: "Floats") -> "Floats":
    part: Floats = weights / weights.sum()
    return part


def _bursts(size: int, days: int, rng: np.random.Generator) -> "Floats":
    """Busy days that raise the days after and the neighbors, as a self-exciting process does."""
    spark = (rng.random((size, days)) < _BURST_SHARE) * rng.gamma(0.8, 8.0, size=(size, days))
    spread = spark.copy()
    spread[1:] += 0.3 * spark[:-1]
    spread[:-1] += 0.3 * spark[1:]
    excited: Floats = np.asarray(lfilter([1.0], [1.0, -_BURST_DECAY], spread, axis=1))
    return excited


def _weekly_whim(size: int, days: int, rng: np.random.Generator) -> "Floats":
    """One log-normal factor a segment and week: no two weeks of a place are alike."""
    weeks = rng.lognormal(0.0, 0.4, size=(size, days // 7 + 1))
    return np.repeat(weeks, 7, axis=1)[:, :days]


def _quiet(size: int, rng: np.random.Generator) -> "Floats":
    """Stretches of three to eight segments where next to nothing happens."""
    factor = np.ones(size)
    for start in rng.integers(0, size, size=round(size * _QUIET_SHARE / 5.5)):
        factor[start : start + int(rng.integers(3, 9))] = 0.02
    return factor


def _sector_wave(line: "DemoLine", days: int, rng: np.random.Generator) -> "Floats":
    """Slow waves of each sector (sectors, days) and the shift of routes after the regime change."""
    knots = np.arange(-45, days + 90, 45)
    ramp = _ramp(days, float(rng.uniform(0.55, 0.75)))
    rows = [
        np.exp(0.15 * np.interp(np.arange(days), knots, rng.normal(size=len(knots))))
        * (1.0 + ramp * (1.35 * pattern.regime_factor - 1.0))
        for pattern in line.patterns()
    ]
    return np.array(rows)


def _ramp(days: int, at: float) -> "Floats":
    """Zero, then rising to one within a month around the given part of the window."""
    ramp: Floats = np.clip((np.arange(days) - at * days) / 30.0 + 0.5, 0.0, 1.0)
    return ramp


def _calendar(days: "NDArray[np.datetime64]") -> "Floats":
    """Season, weekday and a slow rise of 4% a year."""
    month_start = days.astype("datetime64[M]")
    year = days.astype("datetime64[Y]")
    day_of_year = (days - year.astype("datetime64[D]")).astype(np.float64)
    middle = np.arange(-0.5, 13.5) * 30.44
    season = np.interp(day_of_year, middle, (SEASON[-1], *SEASON, SEASON[0]))
    weekday = (days.astype(np.int64) + 3) % 7
    years = (month_start - month_start[0]).astype(np.float64) / 12.0
    factor: Floats = season * np.array(WEEKDAY)[weekday] * 1.04**years
    return factor
