"""Inspecting a file and making a draft of it, within the sealed process."""

from collections.abc import Callable, Sequence
from pathlib import Path

from cop.ingest.source.base.opened import Job, OpenedFile
from cop.ingest.source.base.plain import open_source
from cop.ingest.upload.doubt_time import ask_for_time
from cop.ingest.upload.parse_time import DAY_MONTH
from cop.ingest.upload.scan import Scan, find_scan, scan_source
from cop.ingest.upload.system import describe, settle_system
from cop.ingest.upload.work import Work, default_columns, plan_columns
from cop.model.styling import FillWords, StyleWords
from cop.model.upload import (
    PHOTO,
    Bounds,
    Choices,
    DraftColumn,
    DraftReport,
    Fix,
    Inspection,
)

Progress = Callable[[float], None]
_FIRST = 0.4


def inspect_source(job: Job, near: Bounds | None, progress: Progress) -> Inspection:
    """Read a file without keeping any of it, and return what it holds."""
    if job.format.kind == "raster":
        from cop.ingest.upload.raster import inspect_raster

        return inspect_raster(job, near)
    opened, work, scanned = _begin(job, near, progress, None)
    work.run(lambda share: progress(scanned + (1 - scanned) * share))
    if not work.accepted and not any(one.severity == "ask" for one in job.notes.list()):
        job.notes.add("empty")
    return Inspection(
        format=job.format.id,
        kind=job.format.kind,
        encoding=opened.encoding,
        crs=None if opened.crs is None else describe(opened.crs),
        layers=opened.layers,
        layer=opened.layer,
        geometry_kinds=work.shapes.kinds,
        bounds=None if work.system is None else work.shapes.bounds,
        rows=work.scan.rows,
        records=work.scan.records,
        columns=tuple(column.seen() for column in work.scan.columns.values()),
        findings=job.notes.list(),
        suggested=_suggest(job, opened, work.scan),
        scan=work.scan.dump(job, opened),
    )


def convert_source(job: Job, folder: Path, near: Bounds | None, progress: Progress) -> DraftReport:
    """Make a draft; raise InputFileError if a choice is missing or no row can be used."""
    if job.format.kind == "raster":
        from cop.ingest.upload.raster import convert_raster

        return convert_raster(job, folder, near)
    opened, work, scanned = _begin(job, near, progress, folder)
    work.run(lambda share: progress(scanned + (1 - scanned) * share))
    _need_answers(job)
    if not work.accepted:
        raise job.refuse(f"none of its {work.scan.rows} rows can be used: {_reasons(job)}")
    has_photo = job.format.kind == "photo" and job.choices.keep_photo
    if has_photo:
        from cop.ingest.source.photo import write_photo

        write_photo(job, folder / PHOTO)
    return DraftReport(
        format=job.format.id,
        kind=job.format.kind,
        crs=None if work.system is None else describe(work.system.crs),
        rows=work.scan.rows,
        records=work.scan.records,
        accepted=work.accepted,
        rejected=work.rejected,
        bounds=work.shapes.bounds,
        geometry_kinds=work.shapes.kinds,
        columns=work.columns,
        findings=job.notes.list(),
        style=_find_style(opened, work.columns),
        has_photo=has_photo,
    )


def _find_style(opened: OpenedFile, columns: Sequence[DraftColumn]) -> StyleWords | None:
    """Return the file's style by the draft's column names; None if its column is left out."""
    style = opened.style
    if style is None or not isinstance(style.fill, FillWords):
        return style
    name = next((one.name for one in columns if one.source == style.fill.property), None)
    if name is None:
        return None
    return style.model_copy(update={"fill": style.fill.model_copy(update={"property": name})})


def _begin(
    job: Job, near: Bounds | None, progress: Progress, folder: Path | None
) -> tuple[OpenedFile, Work, float]:
    """Open a file and scan it if no earlier step did; return the share of the work that is done."""
    opened = open_source(job)
    scan, scanned = find_scan(job, opened), 0.0
    if scan is None:
        scan, scanned = scan_source(job, opened, lambda share: progress(_FIRST * share)), _FIRST
    if not scan.rows:
        raise job.refuse(f"{f'layer {opened.layer!r}' if opened.layer else 'it'} holds no row")
    system = settle_system(job, opened, scan, near)
    _ask_for_position(job, opened, scan)
    _ask_for_order(job, scan)
    ask_for_time(job, scan)
    if folder is not None:
        _need_answers(job)
    columns = plan_columns(job, opened, scan)
    return opened, Work(job, opened, scan, system, columns, folder, near), scanned


def _ask_for_position(job: Job, opened: OpenedFile, scan: Scan) -> None:
    placing = set(scan.roles.values()) - {"time", "id"}
    if not opened.is_shaped and not placing and job.choices.roles is None:
        job.notes.add("no_position")


def _ask_for_order(job: Job, scan: Scan) -> None:
    """Settle day or month by the rows that show it, and ask if none or both do."""
    name = scan.column("time")
    if name is None or job.choices.day_first is not None:
        return
    column = scan.columns[name]
    if column.form != DAY_MONTH:
        return
    fixes = (Fix(field="day_first", value=True), Fix(field="day_first", value=False))
    if bool(column.days_first) != bool(column.months_first):
        settled = {"day_first": column.days_first > 0}
        job.choices = job.choices.model_copy(update=settled)
    elif column.days_first:
        rows = min(column.days_first, column.months_first)
        job.notes.add("day_order_mixed", rows=rows, column=name, fixes=fixes)
    else:
        job.notes.add("day_order_ambiguous", rows=column.filled, column=name, fixes=fixes)


def _need_answers(job: Job) -> None:
    asked = [finding for finding in job.notes.list() if finding.severity == "ask"]
    if asked:
        raise job.refuse(" ".join(finding.words for finding in asked))


def _reasons(job: Job) -> str:
    words = [
        one.words.rstrip(".") for one in job.notes.list() if one.severity == "warning" and one.rows
    ]
    return "; ".join(words[:5]) or "it is empty"


def _suggest(job: Job, opened: OpenedFile, scan: Scan) -> Choices:
    """Return what the file seems to need; what was chosen already is unchanged."""
    seems = {
        "layer": opened.layer,
        "encoding": opened.encoding if opened.is_text and not opened.layers else None,
        "roles": scan.roles,
        "columns": tuple(default_columns(opened, scan)),
    }
    chosen = {name: v for name, v in job.choices.model_dump().items() if v is not None}
    return Choices.model_validate(seems | chosen)
