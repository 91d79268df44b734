"""Figures under a resolved filter and of a snapshot, each made once."""

from datetime import datetime
from typing import Any

import pandas as pd

from cop.errors import FilterError
from cop.model.filter import Filter, Records
from cop.model.layer import Statistic
from cop.model.window import TimeWindow
from cop.query.cache import SingleFlightCache
from cop.query.change import Changes, build_changes
from cop.query.figure import SegmentFigures, build_segment_figures, read_barriers, read_risk
from cop.query.forecast.risk import Risk, forecast_origin, heeded_by_risk
from cop.query.forecast.surface import Surface, read_surface
from cop.query.hotspot import HotspotFigures, build_hotspot_figures
from cop.query.impact import Impacts, build_impacts, read_basis
from cop.query.statistic import StatisticFigures, build_figures_of, choose_series
from cop.store.snapshot import Snapshot
from cop.store.warehouse import Warehouse


class ResolvedFigures:
    """The figures that tiles, headlines and hand-outs share, kept under all they depend on."""

    def __init__(self, warehouse: Warehouse, kept: SingleFlightCache) -> None:
        """Read from ``warehouse`` and keep in ``kept``."""
        self.warehouse = warehouse
        self._kept = kept

    def figures(self, resolved: Filter, snapshot: Snapshot) -> SegmentFigures | None:
        """Give the figures per segment; None where no region is loaded."""
        # Asked for before the lock of the figures is taken: one lock may serve both keys.
        barriers = self._barriers(resolved, snapshot)
        risk = self.risk(resolved, snapshot)
        key = (snapshot.version, snapshot.known_at, "figures", repr(resolved.to_pairs()))
        answer: SegmentFigures | None = self._kept.once(
            key,
            lambda: build_segment_figures(self.warehouse, snapshot, resolved, risk, barriers),
        )
        return answer

    def risk(self, resolved: Filter, snapshot: Snapshot) -> Risk | None:
        """The forecasts of one snapshot are made once for every window, sector and period ahead."""
        heeded = heeded_by_risk(resolved, forecast_origin(snapshot, resolved))
        pairs = repr(heeded.to_pairs())
        key = (snapshot.version, snapshot.known_at, "risk", pairs)
        answer: Risk | None = self._kept.once(
            key, lambda: read_risk(self.warehouse, snapshot, heeded)
        )
        return answer

    def surface(self, resolved: Filter, snapshot: Snapshot) -> Surface | None:
        """They are made once for every window, place and period ahead, as those of segments are."""
        answer: Surface | None = self._kept.once(
            self.surface_key(resolved, snapshot),
            lambda: read_surface(self.warehouse, snapshot, resolved),
        )
        return answer

    def surface_key(self, resolved: Filter, snapshot: Snapshot) -> Any:
        """Name all that the forecasts of the cells depend on."""
        heeded = heeded_by_risk(resolved, forecast_origin(snapshot, resolved))
        return (snapshot.version, snapshot.known_at, "surface", repr(heeded.to_pairs()))

    def impacts(self, resolved: Filter, snapshot: Snapshot) -> Impacts | None:
        """Give the impact levels of the records; None where no region is loaded."""
        basis = read_basis(self.warehouse, snapshot, records_of(resolved))
        figures = self.figures(basis.wanted, snapshot)
        if figures is None:
            return None
        key = ("impacts", snapshot.version, snapshot.known_at, basis.key)
        answer: Impacts = self._kept.once(key, lambda: build_impacts(basis, snapshot, figures))
        return answer

    def hotspots(self, resolved: Filter, snapshot: Snapshot) -> HotspotFigures:
        """Give the hot-spot trends of the cells."""
        key = (snapshot.version, "hotspots", repr(resolved.to_pairs()))
        answer: HotspotFigures = self._kept.once(
            key,
            lambda: build_hotspot_figures(self.warehouse, snapshot, resolved),
        )
        return answer

    def changes(self, resolved: Filter, snapshot: Snapshot, since: datetime | None) -> Changes:
        """Give what changed under a filter; FilterError where it is not said since when."""
        if since is None:
            raise FilterError("say since when: since=YYYY-MM-DDTHH:MM:SSZ")
        before = self.warehouse.snapshot_at(known_at=since)
        pairs = repr(resolved.within(TimeWindow()).to_pairs())
        versions = (before.version, before.known_at, snapshot.version, snapshot.known_at)
        answer: Changes = self._kept.once(
            ("changes", *versions, pairs),
            lambda: build_changes(self.warehouse, before, snapshot, resolved),
        )
        return answer

    def _barriers(self, resolved: Filter, snapshot: Snapshot) -> pd.DataFrame | None:
        digest = snapshot.catalogue.digest("segments", "lines")
        key = ("barriers", digest, resolved.records)
        answer: pd.DataFrame | None = self._kept.once(
            key, lambda: read_barriers(snapshot, resolved)
        )
        return answer

    def series(
        self, statistic: Statistic, resolved: Filter, snapshot: Snapshot
    ) -> tuple[pd.DataFrame, bool]:
        """Give the whole series of a statistic, and whether it is synthetic."""
        digest = snapshot.catalogue.digest("statistics")
        key = ("series", repr(statistic), digest, resolved.records)
        answer: tuple[pd.DataFrame, bool] = self._kept.once(
            key,
            lambda: choose_series(self.warehouse, snapshot, statistic, resolved),
        )
        return answer

    def statistic(
        self, statistic: Statistic, resolved: Filter, snapshot: Snapshot
    ) -> StatisticFigures:
        """Give the figures of a statistic for the window, records and sectors of a filter."""
        series, synthetic = self.series(statistic, resolved, snapshot)
        digest = snapshot.catalogue.digest("statistics")
        heeded = Filter(window=resolved.window, sectors=resolved.sectors, records=resolved.records)
        key = ("statistic", repr(statistic), digest, repr(heeded.to_pairs()))
        answer: StatisticFigures = self._kept.once(
            key,
            lambda: build_figures_of(
                statistic, series, resolved.window, sectors=resolved.sectors, synthetic=synthetic
            ),
        )
        return answer


def records_of(resolved: Filter) -> Records:
    """Give the records that a resolved filter counts."""
    return resolved.records or "real"
