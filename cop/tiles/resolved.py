"""Figures under a resolved filter and of an edition, each made once."""

from datetime import datetime
from typing import Any

import pandas as pd

from cop.errors import FilterError
from cop.model.filter import Filter, Records
from cop.model.layer import Statistic
from cop.model.window import TimeWindow
from cop.store.warehouse import Edition, Warehouse
from cop.tiles.change import Changes, build_changes
from cop.tiles.figure import SegmentFigures, build_segment_figures, read_barriers, read_risk
from cop.tiles.hotspot import HotspotFigures, build_hotspot_figures
from cop.tiles.impact import Impacts, build_impacts, read_basis
from cop.tiles.kept import Kept
from cop.tiles.risk import Risk, forecast_origin, heeded_by_risk
from cop.tiles.statistic import StatisticFigures, build_figures_of, choose_series
from cop.tiles.surface import Surface, read_surface


class ResolvedFigures:
    """The figures that tiles, headlines and hand-outs share, kept under all they depend on."""

    def __init__(self, warehouse: Warehouse, kept: Kept) -> None:
        """Read from ``warehouse`` and keep in ``kept``."""
        self.warehouse = warehouse
        self._kept = kept

    def figures(self, resolved: Filter, edition: Edition) -> SegmentFigures | None:
        """Give the figures per segment; None where no region is loaded."""
        # Asked for before the lock of the figures is taken: one lock may serve both keys.
        barriers = self._barriers(resolved, edition)
        risk = self.risk(resolved, edition)
        key = (edition.version, edition.known_at, "figures", repr(resolved.to_pairs()))
        answer: SegmentFigures | None = self._kept.once(
            key,
            lambda: build_segment_figures(self.warehouse, edition, resolved, risk, barriers),
        )
        return answer

    def risk(self, resolved: Filter, edition: Edition) -> Risk | None:
        """The forecasts of one edition are made once for every window, sector and period ahead."""
        heeded = heeded_by_risk(resolved, forecast_origin(edition, resolved))
        pairs = repr(heeded.to_pairs())
        key = (edition.version, edition.known_at, "risk", pairs)
        answer: Risk | None = self._kept.once(
            key, lambda: read_risk(self.warehouse, edition, heeded)
        )
        return answer

    def surface(self, resolved: Filter, edition: Edition) -> Surface | None:
        """They are made once for every window, place and period ahead, as those of segments are."""
        answer: Surface | None = self._kept.once(
            self.surface_key(resolved, edition),
            lambda: read_surface(self.warehouse, edition, resolved),
        )
        return answer

    def surface_key(self, resolved: Filter, edition: Edition) -> Any:
        """Name all that the forecasts of the cells depend on."""
        heeded = heeded_by_risk(resolved, forecast_origin(edition, resolved))
        return (edition.version, edition.known_at, "surface", repr(heeded.to_pairs()))

    def impacts(self, resolved: Filter, edition: Edition) -> Impacts | None:
        """Give the impact levels of the records; None where no region is loaded."""
        basis = read_basis(self.warehouse.settings, edition, records_of(resolved))
        figures = self.figures(basis.wanted, edition)
        if figures is None:
            return None
        key = ("impacts", edition.version, edition.known_at, basis.key)
        answer: Impacts = self._kept.once(key, lambda: build_impacts(basis, edition, figures))
        return answer

    def hotspots(self, resolved: Filter, edition: Edition) -> HotspotFigures:
        """Give the hot-spot trends of the cells."""
        key = (edition.version, "hotspots", repr(resolved.to_pairs()))
        answer: HotspotFigures = self._kept.once(
            key,
            lambda: build_hotspot_figures(self.warehouse, edition, resolved),
        )
        return answer

    def changes(self, resolved: Filter, edition: Edition, since: datetime | None) -> Changes:
        """Give what changed under a filter; FilterError where it is not said since when."""
        if since is None:
            raise FilterError("say since when: since=YYYY-MM-DDTHH:MM:SSZ")
        before = self.warehouse.edition_at(known_at=since)
        pairs = repr(resolved.within(TimeWindow()).to_pairs())
        versions = (before.version, before.known_at, edition.version, edition.known_at)
        answer: Changes = self._kept.once(
            ("changes", *versions, pairs),
            lambda: build_changes(self.warehouse, before, edition, resolved),
        )
        return answer

    def _barriers(self, resolved: Filter, edition: Edition) -> pd.DataFrame | None:
        digest = edition.snapshot.digest("segments", "lines")
        key = ("barriers", digest, resolved.records)
        answer: pd.DataFrame | None = self._kept.once(key, lambda: read_barriers(edition, resolved))
        return answer

    def series(
        self, statistic: Statistic, resolved: Filter, edition: Edition
    ) -> tuple[pd.DataFrame, bool]:
        """Give the whole series of a statistic, and whether it is synthetic."""
        digest = edition.snapshot.digest("statistics")
        key = ("series", repr(statistic), digest, resolved.records)
        answer: tuple[pd.DataFrame, bool] = self._kept.once(
            key,
            lambda: choose_series(self.warehouse, edition, statistic, resolved),
        )
        return answer

    def statistic(
        self, statistic: Statistic, resolved: Filter, edition: Edition
    ) -> StatisticFigures:
        """Give the figures of a statistic for the window, records and sectors of a filter."""
        series, synthetic = self.series(statistic, resolved, edition)
        digest = edition.snapshot.digest("statistics")
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
