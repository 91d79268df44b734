"""What if: the sights of sensors with some of them added, moved, raised or switched off."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from cop.analysis.coverage.piece import Pieces
from cop.analysis.coverage.sighting import join_sightings, look_up
from cop.analysis.coverage.step import CoverageSteps, build_steps
from cop.analysis.sight.footprint import build_footprint
from cop.analysis.sight.viewshed import Viewshed, build_viewshed
from cop.model.trial import SensorTrial
from cop.query.coverage.ground import HeightSource, near_sources, read_ground
from cop.query.coverage.placement import placement_of
from cop.query.coverage.sights import Sights, build_sights

TRIED = "what if"
"""The kind and the source of a sensor that is added on trial."""


def try_sights(
    base: Sights,
    trials: Sequence[SensorTrial],
    pieces: Pieces,
    *,
    folder: Path,
    sources: Sequence[HeightSource],
) -> Sights:
    """Return the sights after some changes; only those of changed sensors are worked out.

    A sensor that is moved or raised stands there all along. Changes of sensors that are not there
    change nothing.
    """
    kept = try_placements(base.placements, trials)
    footprints, seen, terrain = [], [], []
    for row, own in zip(kept["row"].tolist(), kept.itertuples(), strict=True):
        if row >= 0:
            footprints.append(base.footprints[row])
            seen.append(base.seen[row])
            terrain.append(own.terrain)
        else:
            viewshed = _look(own, folder, sources)
            footprints.append(build_footprint(viewshed))
            seen.append(look_up(pieces, footprints[-1]))
            terrain.append(viewshed.terrain)
    rows = kept.drop(columns="row").assign(terrain=terrain)
    return build_sights(rows, tuple(footprints), tuple(seen), base.outages)


def try_placements(placements: pd.DataFrame, trials: Sequence[SensorTrial]) -> pd.DataFrame:
    """Return placements after some changes; ``row`` is where each was before, -1 if changed."""
    kept = placements.assign(row=np.arange(len(placements)))
    for trial in trials:
        kept = _change(kept, trial)
    return kept.reset_index(drop=True)


def try_steps(before: CoverageSteps, base: Sights, tried: Sights, pieces: Pieces) -> CoverageSteps:
    """Return the steps of segments after changes, from those before; ``tried`` are the sights."""
    old, new = (join_sightings(pieces, sights.seen) for sights in (base, tried))
    touched = np.union1d(
        old.places_of(_others(base, tried)), new.places_of(_others(tried, base))
    ).astype(np.int64)
    return before.with_places(build_steps(new, tried.status, places=touched), touched)


def _others(sights: Sights, than: Sights) -> npt.NDArray[np.int64]:
    """Return the rows of sights whose footprint the others do not have."""
    known = {id(footprint) for footprint in than.footprints}
    rows = [i for i, footprint in enumerate(sights.footprints) if id(footprint) not in known]
    return np.array(rows, np.int64)


def _change(rows: pd.DataFrame, trial: SensorTrial) -> pd.DataFrame:
    """Return placements after one change; the ``row`` of a changed one is -1."""
    is_own = rows["sensor_id"] == trial.sensor
    if trial.sort == "off":
        return rows[~is_own]
    if trial.sort == "add":
        return pd.concat([rows, pd.DataFrame([_added(rows, trial)])], ignore_index=True)
    if not is_own.any():
        return rows
    changed = {
        name: value
        for name in ("lon", "lat", "height_m")
        if (value := getattr(trial, name)) is not None
    }
    last = rows[is_own].iloc[-1:].assign(**changed, row=-1, height_assumed=False)
    if trial.sort == "move":
        last["terrain"] = None
    last["valid_from"] = rows.loc[is_own, "valid_from"].iloc[0]
    return pd.concat([rows[~is_own], last], ignore_index=True)


def _added(rows: pd.DataFrame, trial: SensorTrial) -> dict[str, Any]:
    """Return the placement of a sensor that is added."""
    blank = {name: (np.nan if rows[name].dtype.kind == "f" else None) for name in rows}
    view = {name: getattr(trial, name) for name in ("azimuth_deg", "fov_deg")}
    return blank | {
        "source": TRIED,
        "sensor_id": trial.sensor,
        "name": trial.sensor,
        "kind": TRIED,
        "synthetic": bool(rows["synthetic"].iloc[0]) if len(rows) else False,
        "lon": trial.lon,
        "lat": trial.lat,
        "height_m": trial.height_m,
        "height_assumed": False,
        "range_m": trial.range_m,
        **{name: np.nan if value is None else value for name, value in view.items()},
        "detect_near": 1.0,
        "detect_far": 1.0,
        "valid_from": pd.NaT,
        "valid_to": pd.NaT,
        "row": -1,
    }


def _look(row: Any, folder: Path, sources: Sequence[HeightSource]) -> Viewshed:
    look = placement_of(row)
    near = near_sources(sources, look)
    ground = read_ground(folder, near, lon=look.lon, lat=look.lat, range_m=look.range_m)
    return build_viewshed(look, ground)
