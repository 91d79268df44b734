"""Where further sensors close the most of the risk-weighted gap."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from cop.analysis.coverage.piece import Pieces
from cop.analysis.coverage.sighting import join_sightings, look_up
from cop.analysis.coverage.step import build_steps
from cop.analysis.sight.footprint import PERCENT, SEEN, UNKNOWN, build_footprint
from cop.analysis.sight.viewshed import Placement, build_viewshed
from cop.analysis.siting import CoverPlan, plan_cover, plan_runner_up
from cop.errors import FilterError
from cop.model.place import format_mgrs
from cop.model.progress import StepProgress, ignore_progress
from cop.model.trial import SensorTrial
from cop.query.absence import name_absence
from cop.query.coverage.candidate import Candidate, propose_candidates, segments_of
from cop.query.coverage.gap import Gaps
from cop.query.coverage.ground import HeightSource, list_sources, near_sources, read_ground
from cop.query.coverage.place import read_pieces, read_sights
from cop.query.coverage.segment import microseconds_of
from cop.query.segment import read_segments
from cop.query.service import QueryService
from cop.query.view import View
from cop.store.dataset.schema import TERRAIN

_MGRS_DIGITS: Final = 4

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class PlannedPlace:
    """A chosen place, and the weight of the gap that it closes alone."""

    candidate: Candidate
    mgrs: str
    closes: float


@dataclass(frozen=True, kw_only=True)
class SensorPlan:
    """The chosen places, what they close of ``total`` weight, and the best other choice.

    Weights are those of ``Gaps``: events expected unseen in its window, or kilometer-hours.
    """

    places: tuple[PlannedPlace, ...]
    cover: CoverPlan
    other: tuple[PlannedPlace, ...]
    runner_up: CoverPlan | None
    total: float
    candidates: int
    gaps: Gaps
    look: Placement

    @property
    def summary(self) -> str:
        """What the plan closes, and how sure it is that no other one closes more."""
        return (
            f"{len(self.places)} of {self.candidates} places close {self.cover.weight:,.1f} of "
            f"{self.total:,.1f} {self.gaps.unit} ({self.cover.weight / self.total:.0%}); "
            f"{describe_bound(self.cover)}"
        )

    @property
    def rival(self) -> str | None:
        """The best other choice in words; None where there is none."""
        if self.runner_up is None:
            return None
        names = ", ".join(place.candidate.name for place in self.other)
        return f"runner-up: {names} close {self.runner_up.weight:,.1f}"

    def to_trials(self, taken: Collection[str] = ()) -> tuple[SensorTrial, ...]:
        """Return the places as sensors added on trial, named after none that is ``taken``."""
        numbered = (f"Plan-{number}" for number in count(1))
        names = (name for name in numbered if name not in taken)
        return tuple(
            SensorTrial(
                sort="add",
                sensor=name,
                lon=round(place.candidate.lon, 6),
                lat=round(place.candidate.lat, 6),
                height_m=self.look.height_m,
                range_m=self.look.range_m,
            )
            for name, place in zip(names, self.places, strict=False)
        )


def describe_bound(cover: CoverPlan) -> str:
    """Say whether a plan is proven best, else how far it may fall short."""
    if cover.is_proven:
        return "proven: no other choice closes more"
    if cover.short_of_bound is None:
        return "not proven: the solver gave no bound in time"
    return f"not proven: at most {cover.short_of_bound:.1%} short of the best possible"


def propose_sensors(
    service: QueryService,
    view: View,
    gaps: Gaps,
    *,
    look: Placement,
    number: int,
    places: Sequence[Candidate] | None = None,
    progress: StepProgress = ignore_progress,
) -> SensorPlan:
    """Plan some sensors at given places, or on high ground near towns along the gap."""
    files = view.snapshot.catalogue.files
    sources = list_sources(gpd.read_parquet(files[TERRAIN][0])) if TERRAIN in files else []
    if places is None:
        gapped = gaps.table.loc[gaps.table["weight"] > 0, "segment_id"]
        segments = segments_of(view, gapped)
        places = propose_candidates(view, segments, service.warehouse.folder, sources)
    return plan_sensors(
        service,
        view,
        gaps,
        candidates=places,
        look=look,
        number=number,
        sources=sources,
        progress=progress,
    )


def plan_sensors(
    service: QueryService,
    view: View,
    gaps: Gaps,
    *,
    candidates: Sequence[Candidate],
    look: Placement,
    number: int,
    sources: Sequence[HeightSource],
    progress: StepProgress = ignore_progress,
) -> SensorPlan:
    """Choose ``number`` of the candidates so that the most of the gap is seen.

    ``look`` is how a new sensor looks; its place is each candidate's. A piece of the line is closed
    where it is seen with at least even chance. Raise FilterError where there is no gap, or too few
    candidates.
    """
    (file,) = view.snapshot.catalogue.files_of("segments")
    pieces = read_pieces(file)
    weights = weigh_pieces(service, view, gaps, pieces)
    if not weights.sum() > 0:
        raise FilterError("no gap with a weight in this filter and window: nothing to plan")
    seen = []
    progress("candidates", 0, len(candidates))
    for candidate in candidates:
        own = replace(look, lon=candidate.lon, lat=candidate.lat)
        near = near_sources(sources, own)
        ground = read_ground(
            service.warehouse.folder, near, lon=own.lon, lat=own.lat, range_m=own.range_m
        )
        piece, percent = look_up(pieces, build_footprint(build_viewshed(own, ground)))
        seen.append(piece[(percent != UNKNOWN) & (percent >= SEEN * PERCENT)])
        progress("candidates", 1, len(candidates))
    row = np.repeat(np.arange(len(seen)), [len(piece) for piece in seen])
    column = np.concatenate([np.zeros(0, np.int64), *seen])
    shape = (len(candidates), len(weights))
    covers = csr_array((np.ones(len(row)), (row, column)), shape=shape)
    cover = plan_cover(covers, weights, number)
    runner_up = plan_runner_up(covers, weights, cover)

    def name(chosen: tuple[int, ...]) -> tuple[PlannedPlace, ...]:
        places = [
            PlannedPlace(
                candidate=candidates[i],
                mgrs=format_mgrs(candidates[i].lat, candidates[i].lon, digits=_MGRS_DIGITS),
                closes=float(weights[seen[i]].sum()),
            )
            for i in chosen
        ]
        return tuple(sorted(places, key=lambda place: -place.closes))

    return SensorPlan(
        places=name(cover.chosen),
        cover=cover,
        other=() if runner_up is None else name(runner_up.chosen),
        runner_up=runner_up,
        total=float(weights.sum()),
        candidates=len(candidates),
        gaps=gaps,
        look=look,
    )


def weigh_pieces(service: QueryService, view: View, gaps: Gaps, pieces: Pieces) -> Floats:
    """Return what each piece (pieces,) of the segments adds to the weight of their gaps.

    A segment's weight is shared by its pieces as they were not seen.
    """
    sights = read_sights(service.warehouse, view.snapshot, view.filter)
    if sights is None:
        absent = name_absence(view.snapshot.release)
        raise FilterError(f"no sensors are {absent} for these records: coverage is unknown")
    count = len(pieces.owner)
    single = Pieces(points=pieces.points, owner=np.arange(count), places=count)
    steps = build_steps(join_sightings(single, sights.seen), sights.status)
    edges = np.array([microseconds_of(gaps.start), microseconds_of(gaps.end)])
    hours = steps.integrate(edges)
    unseen = (hours.total - hours.seen[:, 0] - hours.unknown[:, 0]).clip(0.0)
    weight = gaps.table.set_index("segment_id")["weight"].fillna(0.0)
    names = read_segments(view.snapshot)["segment_id"].astype(str)
    of_segment = weight.reindex(names).fillna(0.0).to_numpy(float)
    sums = np.bincount(pieces.owner, weights=unseen, minlength=pieces.places)
    share = np.divide(of_segment, sums, out=np.zeros_like(of_segment), where=sums > 0)
    return np.asarray(unseen * share[pieces.owner])
