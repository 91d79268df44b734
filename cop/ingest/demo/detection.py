"""Which synthetic sensor detected an event: the nearest that was up, in range and looked there."""

import json
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from scipy.spatial import cKDTree

from cop.ingest.demo.draw import build_words

_NEAREST: Final = 4
_EARTH_KM: Final = 6_371.0
_BROKEN_SHARE: Final = 0.03
"""Of the sensors, which say that they are up and detect nothing."""
_SPAN_US: Final = 1 << 53
_LATEST: Final = pd.Timestamp("2200-01-01")

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


class DetectionNames:
    """Names the sensors that detected synthetic events, in their attributes."""

    def __init__(self, sensors: pd.DataFrame, outages: pd.DataFrame, *, seed: int) -> None:
        """Take the frames of ``build_demo_sensors``; some sensors detect nothing."""
        self._names = sensors["sensor_id"].astype(str).tolist()
        self._lonlat = sensors[["lon", "lat"]].to_numpy(float)
        self._tree = cKDTree(_on_sphere(self._lonlat))
        self._range_km = sensors["range_m"].to_numpy(float) / 1_000.0
        self._azimuth = sensors["azimuth_deg"].fillna(0.0).to_numpy(float)
        self._half_view = sensors["fov_deg"].fillna(360.0).to_numpy(float) / 2.0
        self._begin, self._end = (
            _microseconds(sensors[name].fillna(usual))
            for name, usual in (("installed_at", pd.Timestamp(0)), ("removed_at", _LATEST))
        )
        self._broken = np.random.default_rng(seed).random(len(sensors)) < _BROKEN_SHARE
        owner = pd.Series(range(len(sensors)), self._names)[outages["sensor_id"]].to_numpy(np.int64)
        down = _microseconds(outages["down_at"])
        order = np.argsort(owner * _SPAN_US + down, kind="stable")
        self._down_key = (owner * _SPAN_US + down)[order]
        self._down_of = owner[order]
        self._up_at = _microseconds(outages["up_at"].fillna(_LATEST))[order]

    def name(self, events: pa.RecordBatch) -> pa.RecordBatch:
        """Return raw events; the attributes of detections name their ``sensor_id``."""
        asked = pc.equal(events["detection"].cast(pa.string()), "sensor")
        rows = np.flatnonzero(asked.to_numpy(zero_copy_only=False))
        lonlat = np.column_stack([events["lon"].to_numpy(), events["lat"].to_numpy()])[rows]
        moments = events["occurred_at"].cast(pa.int64()).to_numpy()[rows]
        sensor = np.full(len(events), -1, np.int64)
        sensor[rows] = self._choose(lonlat, moments)
        place = events.schema.get_field_index("attributes")
        return events.set_column(place, "attributes", self._words(events["attributes"], sensor))

    def _choose(self, lonlat: Floats, moments: Ints) -> Ints:
        """Return the sensor of each place and moment, -1 for none."""
        points = _on_sphere(lonlat)
        away, near = self._tree.query(points, k=range(1, min(_NEAREST, len(self._names)) + 1))
        found = np.full(len(points), -1, np.int64)
        for rank in reversed(range(near.shape[1])):
            sensor = near[:, rank]
            sees = (away[:, rank] <= self._range_km[sensor]) & ~self._broken[sensor]
            sees &= self._looks_at(sensor, lonlat) & self._is_up(sensor, moments)
            found[sees] = sensor[sees]
        return found

    def _looks_at(self, sensor: Ints, lonlat: Floats) -> Bools:
        east, north = (lonlat - self._lonlat[sensor]).T
        squeeze = np.cos(np.radians(lonlat[:, 1]))
        bearing = np.degrees(np.arctan2(east * squeeze, north))
        off = np.abs((bearing - self._azimuth[sensor] + 180.0) % 360.0 - 180.0)
        return np.asarray(off <= self._half_view[sensor])

    def _is_up(self, sensor: Ints, moments: Ints) -> Bools:
        stands = (self._begin[sensor] <= moments) & (moments < self._end[sensor])
        if not len(self._down_key):
            return np.asarray(stands)
        last = np.searchsorted(self._down_key, sensor * _SPAN_US + moments, side="right") - 1
        was_down = (last >= 0) & (self._down_of[last] == sensor) & (self._up_at[last] > moments)
        return np.asarray(stands & ~was_down)

    def _words(self, attributes: pa.DictionaryArray, sensor: Ints) -> pa.DictionaryArray:
        known = [None, *attributes.dictionary.to_pylist()]
        before = attributes.indices.fill_null(-1).to_numpy().astype(np.int64) + 1
        names = [None, *self._names]
        pairs, code = np.unique(before * len(names) + sensor + 1, return_inverse=True)
        words = [_join(known[pair // len(names)], names[pair % len(names)]) for pair in pairs]
        return build_words(words, code)


def _join(attributes: str | None, sensor: str | None) -> str | None:
    if sensor is None:
        return attributes
    return json.dumps({**json.loads(attributes or "{}"), "sensor_id": sensor})


def _on_sphere(lonlat: Floats) -> Floats:
    """Return kilometers from the middle of the earth; a chord of them is as long as the way."""
    lon, lat = np.radians(lonlat).T
    flat = np.cos(lat)
    return _EARTH_KM * np.column_stack([flat * np.cos(lon), flat * np.sin(lon), np.sin(lat)])


def _microseconds(moments: "pd.Series[pd.Timestamp]") -> Ints:
    """Return microseconds since 1970."""
    return np.asarray(moments.astype("datetime64[us]").astype("int64"), np.int64)
