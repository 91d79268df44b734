"""Synthetic raw events with the rhythm, hot places and reporting delays of the real thing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from cop.errors import SettingsError
from cop.ingest.demo.intensity import build_intensity
from cop.ingest.demo.line import build_line
from cop.ingest.demo.pattern import (
    CONFIDENCES,
    DETECTIONS,
    DROWNING,
    HEAT,
    HEAT_SECTORS,
    KINDS,
    PRECISIONS,
    SECTORS,
)

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from cop.ingest.demo.line import DemoLine

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

_SECOND_US: Final = 1_000_000
_MINUTE_US: Final = 60 * _SECOND_US
_HOUR_US: Final = 60 * _MINUTE_US
_DAY_US: Final = 24 * _HOUR_US
_REDRAWS: Final = 8
_KIND_NAMES: Final = tuple(KINDS)
_HAZARDS: Final = (None, '{"hazard": "heat"}', '{"hazard": "drowning"}', '{"hazard": "other"}')
# A log-normal distance is cut at this many spreads, so that nothing lies beyond about 100 km.
_DEPTH_CUT: Final = 2.2
_FAVOURITE_SHARE: Final = 0.6


@dataclass(frozen=True, kw_only=True)
class _Window:
    """Microseconds since 1970, UTC; days are the UTC days touched.

    offset_hours is (sectors, days): local time minus UTC.
    """

    start_us: int
    end_us: int
    days: "NDArray[np.datetime64]"
    offset_hours: "Floats"


@dataclass(frozen=True, kw_only=True)
class _EventDraw:
    """What is decided together for one row: when, what, how it was seen, and when it was told."""

    true_us: "Ints"
    kind: "Ints"
    detection: "Ints"
    reported_us: "Ints"

    def replaced(self, where: "NDArray[np.bool_]", other: "_EventDraw") -> "_EventDraw":
        """This draw with the rows of where taken from another."""
        pairs = {}
        for name in ("true_us", "kind", "detection", "reported_us"):
            column = getattr(self, name).copy()
            column[where] = getattr(other, name)
            pairs[name] = column
        return _EventDraw(**pairs)


def build_demo_events(
    segments: "gpd.GeoDataFrame",
    *,
    time_zones: Mapping[str, str],
    events: int,
    days: int,
    seed: int,
    end: datetime,
) -> Iterator[pd.DataFrame]:
    """Raw events of the days before end, one frame a UTC month, exactly `events` rows in all.

    ``time_zones`` names the IANA zone by which each sector lives. An event that would be reported
    after end is not there yet. The same arguments give the same rows. Raises SettingsError for a
    negative number of events or less than one day.
    """
    if events < 0 or days < 1:
        message = f"demo of {events} events in {days} days: give events >= 0 and days >= 1"
        raise SettingsError(message)
    line = build_line(segments)
    window = _build_window(days, end, [time_zones[code] for code in line.sectors])
    structure, allotment, *seeds = np.random.SeedSequence(seed).spawn(2 + len(window.days))
    field = build_intensity(line, window.days, np.random.default_rng(structure))
    field *= _told_share(window)[None, :]
    return _months(line, window, field / field.sum(), events, (allotment, seeds))


def _build_window(days: int, end: datetime, zones: Sequence[str]) -> _Window:
    naive = end.astimezone(UTC).replace(tzinfo=None) if end.tzinfo else end
    end_us = int(np.datetime64(naive, "us").astype(np.int64))
    start_us = end_us - days * _DAY_US
    touched = np.arange(start_us // _DAY_US, (end_us - 1) // _DAY_US + 1)
    return _Window(
        start_us=start_us,
        end_us=end_us,
        days=touched.astype("datetime64[D]"),
        offset_hours=_offset_hours(zones, touched),
    )


def _offset_hours(zones: Sequence[str], days: "Ints") -> "Floats":
    """Local time minus UTC at noon UTC of each day, (zones, days)."""
    noons = [datetime.fromtimestamp(86_400 * day + 43_200, UTC) for day in days.tolist()]
    hour = timedelta(hours=1)
    found = [
        [(noon.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()) / hour for noon in noons]
        for zone in zones
    ]
    return np.array(found, dtype=np.float64)


def _told_share(window: _Window) -> "Floats":
    """Share of each day's events that lie in the window and are reported by its end."""
    kinds = list(KINDS.values())
    mix = np.array([kind.share for kind in kinds]) @ np.array([kind.detection for kind in kinds])
    half_hours = np.arange(0.25, 24.0, 0.5)
    at_us = window.days.astype(np.int64)[:, None] * _DAY_US + half_hours * _HOUR_US
    gap_minutes = np.maximum((window.end_us - at_us) / _MINUTE_US, 1e-9)
    told = np.zeros(at_us.shape)
    for share, detection in zip(mix / mix.sum(), DETECTIONS.values(), strict=True):
        z = np.log(gap_minutes / detection.delay_minutes) / detection.delay_spread
        told += share * ndtr(z)
    inside = (at_us >= window.start_us) & (at_us < window.end_us)
    share_of_day: Floats = (told * inside).mean(axis=1)
    return share_of_day


def _months(
    line: "DemoLine", window: _Window, field: "Floats", events: int, seeds: tuple[Any, list[Any]]
) -> Iterator[pd.DataFrame]:
    allot = np.random.default_rng(seeds[0])
    months = window.days.astype("datetime64[M]")
    names, first = np.unique(months, return_index=True)
    edges = [*first.tolist(), len(window.days)]
    weights = np.add.reduceat(field.sum(axis=0), first)
    rows = allot.multinomial(events, weights / weights.sum())
    done = 0
    for index, month in enumerate(names):
        if rows[index] == 0:
            continue
        columns = slice(edges[index], edges[index + 1])
        rng = np.random.default_rng(seeds[1][index])
        cells = field[:, columns].ravel()
        counts = rng.multinomial(int(rows[index]), cells / cells.sum())
        cell = np.repeat(np.arange(len(cells)), counts)
        width = edges[index + 1] - edges[index]
        day = window.days[columns].astype(np.int64)[cell % width]
        of_year = int(month.astype(np.int64)) % 12
        yield _Month(line, window, rng, of_year).build(cell // width, day, done)
        done += int(rows[index])


class _Month:
    """Draws the rows of one month."""

    def __init__(
        self, line: "DemoLine", window: _Window, rng: np.random.Generator, month: int
    ) -> None:
        self._line, self._window, self._rng = line, window, rng
        self._kinds = _kind_table(line, month)
        self._heat = HEAT[month]

    def build(self, segment: "Ints", day: "Ints", done: int) -> pd.DataFrame:
        draw = self._settle(segment, day)
        position, uncertainty = self._position(segment, draw)
        precision = self._words("precision", draw.detection)
        step = np.array([_MINUTE_US, _HOUR_US, _DAY_US])[precision]
        occurred = np.maximum(draw.true_us // step * step, self._window.start_us)
        order = np.argsort(occurred, kind="stable")
        frame = {
            "source_id": _source_ids(done, len(order)),
            "kind": _text(_KIND_NAMES, draw.kind[order]),
            "count": self._count(draw.kind)[order],
            "unit": _text(_per_kind("unit"), draw.kind[order]),
            "occurred_at": occurred[order].view("datetime64[us]"),
            "time_precision": _text(PRECISIONS, precision[order]),
            "reported_at": (draw.reported_us[order] // _SECOND_US * _SECOND_US).view(
                "datetime64[us]"
            ),
            "lon": np.round(position[order, 0], 6),
            "lat": np.round(position[order, 1], 6),
            "uncertainty_m": np.round(uncertainty[order], 1),
            "detection": _text(tuple(DETECTIONS), draw.detection[order]),
            "confidence": _text(CONFIDENCES, self._words("confidence", draw.detection)[order]),
            "attributes": _text(_HAZARDS, self._hazard(segment, draw.kind)[order]),
        }
        return pd.DataFrame(frame, copy=False)

    def _settle(self, segment: "Ints", day: "Ints") -> _EventDraw:
        """Draw until a row lies in the window and is reported by its end; force the last few."""
        draw = self._draw(segment, day)
        for _ in range(_REDRAWS):
            bad = self._is_bad(draw)
            if not bad.any():
                return draw
            draw = draw.replaced(bad, self._draw(segment[bad], day[bad]))
        bad = self._is_bad(draw)
        return draw.replaced(bad, self._forced(draw, bad, day[bad])) if bad.any() else draw

    def _is_bad(self, draw: _EventDraw) -> "NDArray[np.bool_]":
        early = draw.true_us < self._window.start_us
        late: NDArray[np.bool_] = draw.reported_us > self._window.end_us
        return early | late

    def _draw(self, segment: "Ints", day: "Ints") -> _EventDraw:
        rng, size = self._rng, len(segment)
        sector = self._line.sector[segment]
        place = sector * 2 + self._line.is_river[segment]
        kind = _pick(self._kinds, place, rng.random(size))
        mixes = np.cumsum([pattern.detection for pattern in KINDS.values()], axis=1)
        detection = _pick(mixes / mixes[:, -1:], kind, rng.random(size))
        local = np.array(_per_kind("peak_hour"))[kind] + rng.vonmises(
            0.0, np.array(_per_kind("hour_focus"))[kind]
        ) * (12.0 / np.pi)
        first = int(self._window.days[0].astype(np.int64))
        hour = (local - self._window.offset_hours[sector, day - first]) % 24.0
        true_us = day * _DAY_US + np.minimum((hour * _HOUR_US).astype(np.int64), _DAY_US - 1)
        means = list(DETECTIONS.values())
        median = np.array([one.delay_minutes for one in means])[detection]
        spread = np.array([one.delay_spread for one in means])[detection]
        minutes = np.maximum(median * np.exp(spread * rng.standard_normal(size)), 1.0)
        reported_us = true_us + (minutes * _MINUTE_US).astype(np.int64)
        return _EventDraw(true_us=true_us, kind=kind, detection=detection, reported_us=reported_us)

    def _forced(self, draw: _EventDraw, bad: "NDArray[np.bool_]", day: "Ints") -> _EventDraw:
        """Any moment of the day inside the window, the delay cut so that it fits before end."""
        size = len(day)
        low = np.maximum(day * _DAY_US, self._window.start_us)
        high = np.minimum((day + 1) * _DAY_US, self._window.end_us - 2 * _MINUTE_US)
        high = np.maximum(high, low)
        true_us = low + ((high - low) * self._rng.random(size)).astype(np.int64)
        gap = (self._window.end_us - true_us) / _MINUTE_US
        detection = draw.detection[bad]
        means = list(DETECTIONS.values())
        median = np.array([one.delay_minutes for one in means])[detection]
        spread = np.array([one.delay_spread for one in means])[detection]
        most = ndtr(np.log(gap / median) / spread)
        minutes = median * np.exp(spread * ndtri(most * self._rng.random(size)))
        told = true_us + (np.clip(minutes, np.minimum(1.0, gap), gap) * _MINUTE_US).astype(np.int64)
        return _EventDraw(
            true_us=true_us, kind=draw.kind[bad], detection=detection, reported_us=told
        )

    def _position(self, segment: "Ints", draw: _EventDraw) -> tuple["Floats", "Floats"]:
        rng, size = self._rng, len(segment)
        favourite = (segment * 0.618034) % 1.0
        near = favourite + 0.12 * rng.standard_normal(size)
        fraction = np.where(rng.random(size) < _FAVOURITE_SHARE, np.abs(near), rng.random(size))
        fraction = np.where(fraction > 1.0, 2.0 - fraction, fraction)
        position = self._line.place(segment, fraction)
        z = ndtri(rng.random(size) * ndtr(_DEPTH_CUT))
        spread = np.array(_per_kind("depth_spread"))[draw.kind]
        depth_m = 1000.0 * np.array(_per_kind("depth_km"))[draw.kind] * np.exp(spread * z)
        is_south = rng.random(size) < np.array(_per_kind("south_share"))[draw.kind]
        means = list(DETECTIONS.values())
        middle = np.array([one.uncertainty_m for one in means])[draw.detection]
        blur = np.array([one.uncertainty_spread for one in means])[draw.detection]
        uncertainty = middle * np.exp(blur * rng.standard_normal(size))
        north_m = np.where(is_south, -0.5 * depth_m, depth_m)
        north_m += 0.5 * uncertainty * rng.standard_normal(size)
        along_m = (0.3 * depth_m + 0.5 * uncertainty) * rng.standard_normal(size)
        self._line.shift(position, segment, north_m, along_m)
        return position, uncertainty

    def _count(self, kind: "Ints") -> "Ints":
        """Group sizes, or kilograms, with a Pareto tail."""
        tail = np.array(_per_kind("count_tail"))[kind]
        size = np.array(_per_kind("count_scale"))[kind] * (
            (1.0 - self._rng.random(len(kind))) ** (-1.0 / tail)
        )
        whole: Ints = np.minimum(size, np.array(_per_kind("max_count"))[kind]).astype(np.int64)
        return whole

    def _words(self, field: str, detection: "Ints") -> "Ints":
        shares = np.cumsum([getattr(one, field) for one in DETECTIONS.values()], axis=1)
        return _pick(shares, detection, self._rng.random(len(detection)))

    def _hazard(self, segment: "Ints", kind: "Ints") -> "Ints":
        """Index into _HAZARDS: what made a rescue or a death happen; 0 for all other kinds."""
        is_asked = np.isin(kind, (_KIND_NAMES.index("rescue"), _KIND_NAMES.index("death")))
        chance = self._rng.random(len(kind))
        of_heat = 0.75 * self._heat / max(HEAT)
        river = self._line.is_river[segment]
        hazard = np.where(chance < np.where(river, 0.6, of_heat), np.where(river, 2, 1), 3)
        chosen: Ints = np.where(is_asked, hazard, 0)
        return chosen


def _kind_table(line: "DemoLine", month: int) -> "Floats":
    """Cumulative shares of the kinds for each (sector, land or river) in one month of the year."""
    rows = []
    for code in line.sectors:
        factors = SECTORS[code].kind_factor if code in SECTORS else {}
        for is_river in (False, True):
            weights = {name: one.share * factors.get(name, 1.0) for name, one in KINDS.items()}
            season = HEAT[month] if code in HEAT_SECTORS and not is_river else 1.0
            season = DROWNING[month] if is_river else season
            weights["rescue"] *= season
            weights["death"] *= season
            weights["tunnel"] *= not is_river
            rows.append(list(weights.values()))
    table: Floats = np.cumsum(rows, axis=1)
    return table / table[:, -1:]


def _pick(cumulative: "Floats", row: "Ints", chance: "Floats") -> "Ints":
    """Index drawn from the cumulative shares of each element's row."""
    index = np.zeros(len(row), dtype=np.int64)
    for column in range(cumulative.shape[1] - 1):
        index += chance >= cumulative[row, column]
    return index


def _per_kind(field: str) -> list[Any]:
    return [getattr(one, field) for one in KINDS.values()]


def _text(words: tuple[str | None, ...] | list[str], code: "Ints") -> Any:
    return pd.array(list(words), dtype="str").take(code)


def _source_ids(done: int, size: int) -> Any:
    numbers = np.arange(done + 1, done + size + 1)
    width = max(8, len(str(done + size)))
    digits = np.empty((size, width + 2), dtype=np.uint32)
    digits[:, 0], digits[:, 1] = ord("D"), ord("-")
    for place in range(width):
        digits[:, width + 1 - place] = numbers % 10 + ord("0")
        numbers = numbers // 10
    return pd.array(digits.view(f"<U{width + 2}").ravel(), dtype="str")
