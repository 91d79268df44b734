"""Draws synthetic events of one month: when, where, what, how seen and when reported."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
from scipy.special import ndtr, ndtri

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
from cop.ingest.demo.window import DAY_US, HOUR_US, MINUTE_US, SECOND_US, DemoWindow

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cop.ingest.demo.line import DemoLine

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

_REDRAWS: Final = 8
_KIND_NAMES: Final = tuple(KINDS)
_UNITS: Final = tuple(dict.fromkeys(kind.unit for kind in KINDS.values()))
_UNIT_OF_KIND: Final = np.array([_UNITS.index(kind.unit) for kind in KINDS.values()])
_HAZARDS: Final = (None, '{"hazard": "heat"}', '{"hazard": "drowning"}', '{"hazard": "other"}')
# A log-normal distance is cut at this many spreads, so that nothing lies beyond about 100 km.
_DEPTH_CUT: Final = 2.2
_FAVORITE_SHARE: Final = 0.6


@dataclass(frozen=True, kw_only=True)
class _EventDraw:
    """What is decided together for one row: when, what, how it was seen and when reported."""

    true_us: "Ints"
    kind: "Ints"
    detection: "Ints"
    reported_us: "Ints"

    def replaced(self, where: "NDArray[np.bool_]", other: "_EventDraw") -> "_EventDraw":
        """Return this draw with the rows of where taken from another."""
        pairs = {}
        for name in ("true_us", "kind", "detection", "reported_us"):
            column = getattr(self, name).copy()
            column[where] = getattr(other, name)
            pairs[name] = column
        return _EventDraw(**pairs)


class MonthDraw:
    """Draws the raw events of days of one month."""

    def __init__(
        self, line: "DemoLine", window: DemoWindow, rng: np.random.Generator, month: int
    ) -> None:
        """Prepare the tables of a month of the year, 0 to 11."""
        self._line, self._window, self._rng = line, window, rng
        self._kinds = _kind_table(line, month)
        self._heat = HEAT[month]

    def build(self, segment: "Ints", day: "Ints", done: int) -> pa.RecordBatch:
        """Draw one event for each pair of segment and day (since 1970), in the order of time.

        ``done`` events were numbered before them.
        """
        draw = self._settle(segment, day)
        position, uncertainty = self._position(segment, draw)
        precision = self._words("precision", draw.detection)
        step = np.array([MINUTE_US, HOUR_US, DAY_US])[precision]
        occurred = np.maximum(draw.true_us // step * step, self._window.start_us)
        order = np.argsort(occurred, kind="stable")
        reported = draw.reported_us[order] // SECOND_US * SECOND_US
        kind = draw.kind[order]
        columns = {
            "source_id": _source_ids(done, len(order)),
            "kind": build_words(_KIND_NAMES, kind),
            "count": self._count(draw.kind)[order],
            "unit": build_words(_UNITS, _UNIT_OF_KIND[kind]),
            "occurred_at": occurred[order].view("datetime64[us]"),
            "time_precision": build_words(PRECISIONS, precision[order]),
            "reported_at": reported.view("datetime64[us]"),
            "lon": np.round(position[order, 0], 6),
            "lat": np.round(position[order, 1], 6),
            "uncertainty_m": np.round(uncertainty[order], 1),
            "detection": build_words(tuple(DETECTIONS), draw.detection[order]),
            "confidence": build_words(
                CONFIDENCES, self._words("confidence", draw.detection)[order]
            ),
            "attributes": build_words(_HAZARDS, self._hazard(segment, draw.kind)[order]),
        }
        return pa.RecordBatch.from_pydict(columns)

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
        true_us = day * DAY_US + np.minimum((hour * HOUR_US).astype(np.int64), DAY_US - 1)
        means = list(DETECTIONS.values())
        median = np.array([one.delay_minutes for one in means])[detection]
        spread = np.array([one.delay_spread for one in means])[detection]
        minutes = np.maximum(median * np.exp(spread * rng.standard_normal(size)), 1.0)
        reported_us = true_us + (minutes * MINUTE_US).astype(np.int64)
        return _EventDraw(true_us=true_us, kind=kind, detection=detection, reported_us=reported_us)

    def _forced(self, draw: _EventDraw, bad: "NDArray[np.bool_]", day: "Ints") -> _EventDraw:
        """Any moment of the day inside the window, the delay cut so that it fits before end."""
        size = len(day)
        low = np.maximum(day * DAY_US, self._window.start_us)
        high = np.minimum((day + 1) * DAY_US, self._window.end_us - 2 * MINUTE_US)
        high = np.maximum(high, low)
        true_us = low + ((high - low) * self._rng.random(size)).astype(np.int64)
        gap = (self._window.end_us - true_us) / MINUTE_US
        detection = draw.detection[bad]
        means = list(DETECTIONS.values())
        median = np.array([one.delay_minutes for one in means])[detection]
        spread = np.array([one.delay_spread for one in means])[detection]
        most = ndtr(np.log(gap / median) / spread)
        minutes = median * np.exp(spread * ndtri(most * self._rng.random(size)))
        reported_us = true_us + (np.clip(minutes, np.minimum(1.0, gap), gap) * MINUTE_US).astype(
            np.int64
        )
        return _EventDraw(
            true_us=true_us, kind=draw.kind[bad], detection=detection, reported_us=reported_us
        )

    def _position(self, segment: "Ints", draw: _EventDraw) -> tuple["Floats", "Floats"]:
        rng, size = self._rng, len(segment)
        favorite = (segment * 0.618034) % 1.0
        near = favorite + 0.12 * rng.standard_normal(size)
        fraction = np.where(rng.random(size) < _FAVORITE_SHARE, np.abs(near), rng.random(size))
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


def build_words(words: Sequence[str | None], code: "Ints") -> pa.DictionaryArray:
    """Build a column of words from their places in ``words``; a None there is a null."""
    known = [word for word in words if word is not None]
    place = np.cumsum([word is not None for word in words]) - 1
    is_null = np.array([word is None for word in words])
    indices = pa.array(place.astype(np.int16)[code], mask=is_null[code])
    return pa.DictionaryArray.from_arrays(indices, pa.array(known, pa.string()))


def _source_ids(done: int, size: int) -> pa.StringArray:
    """D- and a number of at least eight digits, counted on from those done."""
    numbers = np.arange(done + 1, done + size + 1)
    width = max(8, len(str(done + size)))
    digits = np.empty((size, width + 2), dtype=np.uint8)
    digits[:, 0], digits[:, 1] = ord("D"), ord("-")
    for place in range(width):
        digits[:, width + 1 - place] = numbers % 10 + ord("0")
        numbers = numbers // 10
    ends = np.arange(size + 1, dtype=np.int32) * (width + 2)
    return pa.StringArray.from_buffers(size, pa.py_buffer(ends), pa.py_buffer(digits))
