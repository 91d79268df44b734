"""Proposing impact levels: the first rule that fits a segment's figures, with its reasons."""

from collections.abc import Mapping
from datetime import datetime
from math import isnan
from typing import Any, Final

import numpy as np
import pandas as pd

from cop.errors import FilterError
from cop.model.impact import Proposal
from cop.model.impact_reason import (
    CriticalOver,
    DataStale,
    FigureFits,
    ForecastFits,
    NoRuleFits,
    NotJudged,
    NotObserved,
    Reason,
    RuleFits,
)
from cop.model.impact_rule import FIGURES, UNKNOWN, Bound, Rule, RuleBook

COLUMNS: Final = {
    "expected": "risk",
    "expected_low": "risk_low",
    "expected_high": "risk_high",
    "events": "n",
    "events_before": "previous_n",
    "change": "change",
    "coverage": "coverage",
}
_OPEN: Final = "coverage_unknown"
"""The figures of rules and their columns in the figures of segments."""


def build_proposals(
    figures: pd.DataFrame,
    rules: RuleBook,
    *,
    known_to: datetime | None,
    now: datetime,
    stale: bool = False,
) -> tuple[Proposal, ...]:
    """Propose a level for each row of ``figures``, in its order.

    ``figures`` (segments, columns) has segment_id, sector and the columns of COLUMNS, of which a
    missing one is unknown, as NaN is; coverage may be more by ``coverage_unknown``. ``known_to`` is
    the moment of the newest record: a critical level lasts ``lasts_h`` from then, and where that is
    over at ``now`` (naive UTC) the rules of lower levels are asked. From ``stale`` records nothing
    is proposed. FilterError where segment_id or sector is missing.
    """
    for name in ("segment_id", "sector"):
        if name not in figures:
            raise FilterError(f"figures have no column {name!r}: use one row per segment")
    table = _named(figures)
    until = None if known_to is None else known_to + rules.lasts("critical")
    ends = until if until is not None and until > now else None
    keys = zip(figures["segment_id"], figures["sector"], strict=True)
    if stale and known_to is not None:
        return tuple(
            _unknown(str(key), str(sector), row, DataStale(newest=known_to))
            for (key, sector), row in zip(keys, table.to_dict("records"), strict=True)
        )
    return tuple(
        _propose(str(key), str(sector), row, rules, ends=ends, until=until)
        for (key, sector), row in zip(keys, table.to_dict("records"), strict=True)
    )


def _named(figures: pd.DataFrame) -> pd.DataFrame:
    """Return the figures by the names that rules use; the rank is counted here."""
    table = pd.DataFrame(
        {
            name: figures[column].astype(float) if column in figures else np.nan
            for name, column in COLUMNS.items()
        },
        index=figures.index,
    )
    # A rise from none has no percentage, but a rise it is.
    none_before = (table["change"].isna()) & (table["events_before"] == 0)
    table.loc[none_before, "change"] = np.where(table.loc[none_before, "events"] > 0, np.inf, 0.0)
    open_share = figures[_OPEN].astype(float) if _OPEN in figures else 0.0
    table[_OPEN] = pd.Series(open_share, figures.index).fillna(0.0)
    # The share that expects at least as many, so that a tie is never ranked better than it is.
    table["rank"] = 100 * table["expected"].rank(ascending=False, method="max", pct=True)
    return table


def _propose(
    segment_id: str,
    sector: str,
    row: Mapping[Any, float],
    rules: RuleBook,
    *,
    ends: datetime | None,
    until: datetime | None,
) -> Proposal:
    figures = {name: float(row[name]) for name in FIGURES}
    open_share = float(row[_OPEN])
    if not _is_observed(figures, rules):
        return _unknown(segment_id, sector, row, _not_observed(figures, open_share, rules))
    unjudged, lapsed = [], None
    for rule in rules.rules:
        fits = _fits(rule, figures, open_share)
        if fits is None:
            unjudged.append(rule.name)
        elif fits and rule.level == "critical" and ends is None:
            lapsed = lapsed or rule.name
        elif fits:
            return Proposal(
                segment_id=segment_id,
                sector=sector,
                level=rule.level,
                rule=rule.name,
                reasons=(
                    RuleFits(rule=rule.name),
                    *_reasons(rule, figures),
                    *_over(lapsed, until),
                ),
                figures=figures,
                unjudged=tuple(unjudged),
                lapsed=lapsed,
                until=ends if rule.level == "critical" else None,
            )
    # What could be higher if more were known is not called low.
    return Proposal(
        segment_id=segment_id,
        sector=sector,
        level=UNKNOWN if unjudged else rules.otherwise,
        rule=None,
        reasons=(_no_rule(unjudged), *_over(lapsed, until)),
        figures=figures,
        unjudged=tuple(unjudged),
        lapsed=lapsed,
    )


def _unknown(segment_id: str, sector: str, row: Mapping[Any, float], reason: Reason) -> Proposal:
    return Proposal(
        segment_id=segment_id,
        sector=sector,
        level=UNKNOWN,
        rule=None,
        reasons=(reason,),
        figures={name: float(row[name]) for name in FIGURES},
    )


def _is_observed(figures: Mapping[str, float], rules: RuleBook) -> bool:
    recorded = np.nansum([figures["events"], figures["events_before"]])
    seen = figures["coverage"]
    return bool(recorded >= rules.observed.events or seen >= rules.observed.coverage)


def _not_observed(figures: Mapping[str, float], open_share: float, rules: RuleBook) -> NotObserved:
    return NotObserved(
        unknown=open_share,
        coverage=figures["coverage"],
        least_events=rules.observed.events,
        days=2 * rules.window_days,
    )


def _fits(rule: Rule, figures: Mapping[str, float], open_share: float) -> bool | None:
    """Return whether all conditions are met; None if that depends on an unknown figure."""
    met = []
    for name, bound in rule.when.items():
        value = figures[name]
        more = open_share if name == "coverage" else 0.0
        met.append(None if isnan(value) else bound.contains_all(value, value + more))
    if False in met:
        return False
    return None if None in met else True


def _reasons(rule: Rule, figures: Mapping[str, float]) -> tuple[Reason, ...]:
    return tuple(_reason(name, bound, figures) for name, bound in rule.when.items())


def _reason(name: str, bound: Bound, figures: Mapping[str, float]) -> Reason:
    if not name.startswith("expected"):
        return FigureFits(figure=name, value=figures[name], bound=bound)
    return ForecastFits(
        figure=name,
        expected=figures["expected"],
        low=figures["expected_low"],
        high=figures["expected_high"],
        bound=bound,
    )


def _no_rule(unjudged: list[str]) -> Reason:
    return NotJudged(rules=tuple(unjudged)) if unjudged else NoRuleFits()


def _over(lapsed: str | None, until: datetime | None) -> tuple[Reason, ...]:
    return () if lapsed is None else (CriticalOver(rule=lapsed, until=until),)
