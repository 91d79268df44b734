"""Loading statistics: figures of a place and period; one row of a file may give several."""

import json
from dataclasses import replace
from datetime import datetime

import pandas as pd

from cop.ingest.check.check import Check, CheckedTable
from cop.ingest.profile.kind import MeasureRule, StatisticProfile
from cop.ingest.sink.load import Sink
from cop.model.progress import StepProgress, ignore_progress
from cop.model.source import ROW
from cop.store.catalogue.transaction import WriteTransaction
from cop.store.dataset.event_merge import MergeCounts
from cop.store.dataset.locate import Locator
from cop.store.dataset.record import merge_records
from cop.store.dataset.schema import STATISTICS

KEY = ("measure", "place_kind", "place", "period_start", "period", "dimensions")
"""What a figure is of; another value under the same key is a correction."""
_LEAST_FREQUENCY = {"day": "D", "month": "M", "year": "Y"}


def merge_checked(
    transaction: WriteTransaction,
    _locator: Locator,
    profile: StatisticProfile,
    rows: pd.DataFrame,
    _progress: StepProgress = ignore_progress,
) -> MergeCounts:
    """Merge checked figures."""
    return merge_records(transaction, STATISTICS, profile.source, rows, key=KEY)


def check_statistics(
    table: pd.DataFrame, profile: StatisticProfile, *, file: str, now: datetime
) -> CheckedTable:
    """Map and check a table: one row for each figure, ``__row__`` the row of the file it is of."""
    check = Check(table, profile, file=file)
    shared = pd.DataFrame({ROW: table[ROW]}, index=table.index)
    shared["period_start"] = _periods(check, profile, now)
    shared["period"] = profile.time.precision
    shared["place_kind"], shared["place"] = _places(check, profile)
    shared["dimensions"] = _dimensions(table, profile)
    applies = _applicable(check, profile)
    figures = {rule: _figures(check, rule, applies[rule]) for rule in profile.measures}
    _refuse_repeated(check, profile, shared, figures)
    shared["marking"] = check.markings()
    good = check.good
    usable = {rule: good & applies[rule] for rule in profile.measures}
    # The figures cut like the rows: a frame without rows takes the rows of a longer series.
    frames = [
        shared[usable[rule]].assign(
            measure=rule.measure, value=figures[rule][usable[rule]], unit=rule.unit
        )
        for rule in profile.measures
    ]
    return replace(check.finish(shared), rows=pd.concat(frames, ignore_index=True))


def _periods(check: Check, profile: StatisticProfile, now: datetime) -> pd.Series:
    """Return the first day of each row's period."""
    if profile.time.fiscal_year_start:
        return check.fiscal_months(profile.time, now)
    precision = pd.Series(profile.time.precision, index=check.table.index)
    moments = check.moments("period_start", profile.time, precision, now, needed=True)
    frequency = _LEAST_FREQUENCY[profile.time.precision]
    return moments.dt.to_period(frequency).dt.start_time.astype("datetime64[us]")


def _places(check: Check, profile: StatisticProfile) -> tuple[pd.Series, pd.Series]:
    rule, index = profile.place, check.table.index
    kind = pd.Series(rule.kind, index=index, dtype=object)
    if rule.column is None:
        return kind, pd.Series(rule.name, index=index, dtype=object)
    published = check.table[rule.column]
    check.refuse(published.isna(), rule.column, "no place")
    if not rule.names:
        return kind, published
    known = published.map(rule.names, na_action="ignore").astype(object)
    if rule.others is None:
        check.refuse(known.isna(), rule.column, "no place that the profile knows")
    return kind.where(known.notna(), rule.others), known.where(known.notna(), published)


def _dimensions(table: pd.DataFrame, profile: StatisticProfile) -> pd.Series:
    """Write the dimensions as JSON text with sorted keys, blank cells left out."""
    if not profile.dimensions:
        return pd.Series(None, index=table.index, dtype=object)
    columns = {name: table[column] for name, column in profile.dimensions.items()}
    records = pd.DataFrame(columns, index=table.index).to_dict("records")
    texts = [
        json.dumps(
            {k: v for k, v in record.items() if isinstance(v, str)},
            sort_keys=True,
            ensure_ascii=False,
        )
        for record in records
    ]
    return pd.Series(texts, index=table.index, dtype=object)


def _applicable(check: Check, profile: StatisticProfile) -> "dict[MeasureRule, pd.Series[bool]]":
    """Return which rows give which measure; a row that gives none is refused."""
    column = profile.columns.get("measure")
    if column is None:
        every = pd.Series(True, index=check.table.index)
        return dict.fromkeys(profile.measures, every)
    cells = check.table[column]
    applies = {rule: (cells == rule.when).fillna(False).astype(bool) for rule in profile.measures}
    check.refuse(
        ~pd.DataFrame(list(applies.values())).any(), column, "no measure that the profile knows"
    )
    return applies


def _figures(check: Check, rule: MeasureRule, applies: "pd.Series[bool]") -> pd.Series:
    cells = check.table[rule.column].where(applies)
    check.refuse(cells.isna() & applies, rule.column, f"no figure for {rule.measure}")
    read = check.read_numbers(cells, rule.column, f"measure {rule.measure}", needed=False)
    check.refuse(read < 0, rule.column, f"{rule.measure} is below 0")
    return read * rule.factor


def _refuse_repeated(
    check: Check,
    profile: StatisticProfile,
    shared: pd.DataFrame,
    figures: dict[MeasureRule, pd.Series],
) -> None:
    identity = shared.drop(columns=[ROW, "period"])
    column = profile.columns.get("measure")
    if column is not None:
        identity = identity.assign(measure=check.table[column])
    content = identity.assign(**{f"value {i}": f for i, f in enumerate(figures.values())})
    check.refuse_repeated(identity, content, profile.measures[0].column)


SINK: Sink[StatisticProfile] = Sink(check_statistics, merge_checked)
