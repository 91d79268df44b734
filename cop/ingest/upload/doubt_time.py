"""Which column is the time of a row, and what is asked where that is not clear."""

from cop.ingest.personal.column import is_birth
from cop.ingest.source.base.opened import Job
from cop.ingest.upload.parse_time import (
    DAY_MONTH,
    EXCEL,
    ISO,
    MOSTLY,
    share_epochs,
    share_written,
)
from cop.ingest.upload.scan import Column, Scan
from cop.ingest.upload.time_name import choose_time, is_time_name, rank_time
from cop.model.upload import Fix

_SOME, _MANY = 0.3, 2


def ask_for_time(job: Job, scan: Scan) -> None:
    """Note several columns of times, one that cannot be read, and times without a zone."""
    chosen = scan.column("time")
    # The page states the roles that were suggested: only a mapping's are an answer by themselves.
    if job.choices.roles is None or not job.choices.numbered:
        _ask_which(job, scan, chosen)
        if chosen is None:
            _ask_unread(job, scan)
    if chosen is not None and scan.columns[chosen].form == EXCEL:
        job.notes.add("excel_serial", rows=scan.columns[chosen].filled, column=chosen)
    if chosen is not None and "time_zone" not in job.choices.model_fields_set:
        _note_zone(job, scan.columns[chosen])


def _ask_which(job: Job, scan: Scan, chosen: str | None) -> None:
    timed = [
        one.name
        for one in scan.columns.values()
        if "time" in one.looks and "person" not in one.looks and one.filled
    ]
    if chosen is None or len(timed) < _MANY or chosen != choose_time(timed):
        return
    others = [name for name in timed if name != chosen]
    fixes = tuple(Fix(field="time", value=name[:200]) for name in others[:7])
    rows = scan.columns[chosen].filled
    equal = [name for name in timed if rank_time(name) == rank_time(chosen)]
    if len(equal) > 1:
        job.notes.add("time_unclear", ", ".join(equal), rows=rows, fixes=fixes)
    else:
        job.notes.add("time_choice", chosen, ", ".join(others), rows=rows, fixes=fixes)


def _ask_unread(job: Job, scan: Scan) -> None:
    for column in scan.columns.values():
        if not _is_named_so(column) or column.form is not None:
            continue
        shares = share_epochs(column.sample)
        if sum(shares.values()) >= MOSTLY:
            job.notes.add("epochs_mixed", rows=column.filled, column=column.name)
        elif share_written(column.sample) >= _SOME:
            job.notes.add("time_mostly_unreadable", rows=column.filled, column=column.name)


def _is_named_so(column: Column) -> bool:
    is_named = is_time_name(column.name) and not is_birth(column.name)
    return is_named and bool(column.filled) and "person" not in column.looks


def _note_zone(job: Job, column: Column) -> None:
    """Note times with a clock and no zone; of ISO 8601 by the first cells."""
    clocks = [text for text in column.sample if ":" in text]
    plain = [
        text for text in clocks if not text.rstrip().endswith(("Z", "UTC")) and _has_none(text)
    ]
    if plain and (column.form in {ISO, DAY_MONTH}):
        job.notes.add("zone_missing", job.choices.time_zone, rows=column.filled, column=column.name)


def _has_none(text: str) -> bool:
    clock = text[text.index(":") :]
    return "+" not in clock and "-" not in clock
