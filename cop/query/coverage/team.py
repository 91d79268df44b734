"""Where patrol teams would watch the most of the risk-weighted gap in a shift."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from cop.analysis.patrol import PatrolLine, PatrolPlan, Shift, plan_patrols
from cop.errors import FilterError
from cop.query.coverage.gap import Gaps
from cop.query.coverage.place import read_pieces
from cop.query.segment import read_segments
from cop.query.service import QueryService
from cop.query.view import View
from cop.store.dataset.schema import FACILITIES

MOST_ASIDE_KM: Final = 60.0
"""A base of patrols lies within that of the line."""


@dataclass(frozen=True, kw_only=True)
class TeamPlan:
    """The stretches of patrol teams, the bases they set out from, and the segments in order.

    ``total`` is the gap of all segments, in ``unit``.
    """

    plan: PatrolPlan
    bases: tuple[str, ...]
    segments: pd.DataFrame
    total: float
    unit: str
    shift: Shift


def plan_teams(
    service: QueryService, view: View, gaps: Gaps, *, teams: int, shift: Shift, seed: int
) -> TeamPlan:
    """Plan the shift of some teams along the line so that they watch the most of the gap.

    They set out from the stations that are loaded, or from towns, within 60 km of the line. Raise
    FilterError where there is none.
    """
    segments = read_segments(view.snapshot)
    weight = gaps.table.set_index("segment_id")["weight"].fillna(0.0)
    weights = weight.reindex(segments["segment_id"]).fillna(0.0).to_numpy(float)
    bases = _read_bases(service, view)
    if bases.empty:
        raise FilterError(
            "no station and no town within 60 km of the line: teams have no base to set out from"
        )
    line = PatrolLine(
        km_from=segments["km_from"].to_numpy(float),
        km_to=segments["km_to"].to_numpy(float),
        weights=weights,
        bases=bases["km"].to_numpy(float),
        aside_km=bases["aside_km"].to_numpy(float),
    )
    return TeamPlan(
        plan=plan_patrols(line, teams, shift, seed=seed),
        bases=tuple(bases["name"].astype(str)),
        segments=pd.DataFrame(segments.drop(columns="geometry")),
        total=float(weights.sum()),
        unit=gaps.unit,
        shift=shift,
    )


def _read_bases(service: QueryService, view: View) -> pd.DataFrame:
    """Return name, km along the line and km aside of it of each base."""
    files = view.snapshot.catalogue.files
    selects = []
    if FACILITIES in files:
        selects.append(
            "SELECT name, lon, lat, 0 AS town FROM read_parquet($facilities) "
            "WHERE facility_type = 'station'"
        )
    region = view.snapshot.region
    if "places" in files and region is not None:
        selects.append(
            "SELECT name, ST_X(geometry), ST_Y(geometry), 1 FROM read_parquet($places) "
            "WHERE country = $country"
        )
    if not selects:
        return pd.DataFrame({"name": [], "km": [], "aside_km": []})
    values: dict[str, object] = {
        name: list(files[name]) for name in (FACILITIES, "places") if name in files
    }
    if "places" in files and region is not None:
        values["country"] = region.side_a.country
    rows = service.warehouse.query(" UNION ALL ".join(selects), values)
    table = pd.DataFrame(rows, columns=["name", "lon", "lat", "town"])
    found = _locate(view, table)
    stations = found[found["town"] == 0]
    return (found if stations.empty else stations).reset_index(drop=True)


def _locate(view: View, table: pd.DataFrame) -> pd.DataFrame:
    """Return the places within 60 km of the line, by the nearest middle of a segment."""
    (file,) = view.snapshot.catalogue.files_of("segments")
    segments, pieces = read_segments(view.snapshot), read_pieces(file)
    squeeze = np.cos(np.radians(pieces.points[:, 1].mean()))
    scale = np.array([squeeze * 111.32, 110.9])
    distance, nearest = cKDTree(pieces.points * scale).query(table[["lon", "lat"]] * scale)
    owner = pieces.owner[nearest]
    middle = (segments["km_from"] + segments["km_to"]).to_numpy(float) / 2
    placed = table.assign(km=middle[owner], aside_km=distance)
    return placed[placed["aside_km"] <= MOST_ASIDE_KM]
