"""Sectors without events: quiet where sensors saw them, unobserved where they did not."""

from dataclasses import dataclass
from typing import Final, Literal

import pandas as pd

from cop.model.event import OUTSIDE
from cop.query.reporting import OBSERVED
from cop.query.sector import SectorFigures, read_sector_figures
from cop.query.service import QueryService
from cop.query.view import View

Silence = Literal["quiet", "unobserved", "unknown"]
QUIET_SHARE: Final = 0.5
"""Of its segment-hours, what must have been seen of a sector for no events to read as quiet."""


@dataclass(frozen=True, kw_only=True)
class SilentSector:
    """A sector of the filter without events in the window, and what was seen of it (0-1).

    It is quiet, or unobserved; unknown where no sensors are loaded for these records, or where it
    would be quiet if what may have been seen was (``coverage`` is then what certainly was).
    """

    sector: str
    silence: Silence
    coverage: float | None


def read_silence(service: QueryService, view: View) -> tuple[SilentSector, ...]:
    """Return the sectors of a view without events, in the region's order."""
    figures = read_sector_figures(service, view)
    chosen = view.filter.sectors
    return tuple(
        SilentSector(
            sector=str(row.sector),
            silence=judge_silence(row.coverage, row.coverage_unknown),
            coverage=None if pd.isna(row.coverage) else float(row.coverage),
        )
        for row in _silent(figures).itertuples()
        if not chosen or row.sector in chosen
    )


def judge_silence(coverage: float, unknown: float) -> Silence:
    """Return what no events mean where so much was seen and so much may have been; NaN unknown."""
    if pd.isna(coverage):
        return "unknown"
    if coverage >= QUIET_SHARE:
        return "quiet"
    return "unknown" if coverage + unknown >= QUIET_SHARE else "unobserved"


def _silent(figures: SectorFigures) -> pd.DataFrame:
    table = figures.table
    silent = (table["n"] == 0) & (table["state"] == OBSERVED) & (table["sector"] != OUTSIDE)
    return table[silent]
