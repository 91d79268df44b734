"""Made-up events whose impact levels are known: a surge, a segment that went quiet, the rest."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from math import nan
from pathlib import Path

from cop.model.impact import Proposal
from cop.model.impact_reason import RuleFits
from cop.model.impact_rule import FIGURES
from cop.settings import StoreSettings
from cop.store.catalogue.transaction import open_transaction
from cop.store.dataset.source import register_source
from tests.support.record import make_frame
from tests.support.store import make_source, publish_events

SURGE, QUIET, NEVER = "TCA-0010", "TCA-0020", "TCA-0030"
NOW = datetime(2026, 11, 26, 12)


def publish_surge(
    folder: Path, *, end: datetime, synthetic: bool = False, cadence_days: float | None = None
) -> None:
    """Publish events up to ``end``: many of late on SURGE, one a while ago on QUIET, none else."""
    late = [end - timedelta(hours=8 * i + 1) for i in range(84)]
    early = [end - timedelta(days=28, hours=18 * i + 2) for i in range(80)]
    quiet = [end - timedelta(days=40)]
    moments, segments = [*late, *early, *quiet], [*[SURGE] * 164, QUIET]
    source = "made_up" if synthetic else "recorded"
    frame = make_frame(
        len(moments),
        source=source,
        occurred_at=moments,
        segment_id=segments,
        sector="TCA",
        synthetic=synthetic,
    )
    settings = StoreSettings(data=folder)
    publish_events(settings, frame, source=source, synthetic=synthetic)
    if cadence_days is not None:
        made = make_source(source, synthetic=synthetic)
        with open_transaction(settings) as transaction:
            register_source(transaction, made.model_copy(update={"cadence_days": cadence_days}))
            transaction.commit("interval")


def make_proposal(segment_id: str = SURGE, level: str = "high") -> Proposal:
    """A proposal without figures."""
    unknown: Mapping[str, float] = dict.fromkeys(FIGURES, nan)
    return Proposal(
        segment_id=segment_id,
        sector=segment_id[:3],
        level=level,
        rule="made up",
        reasons=(RuleFits(rule="made up"),),
        figures=unknown,
    )
