"""Retention of the audit record: the oldest entries go, to a file first; the chain stays whole."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cop.access.audit.export import open_export, render_entries
from cop.access.audit.log import AuditLog
from cop.errors import AuditError
from cop.model.audit import PRUNE, Actor, AuditEntry, AuditHead, build_entry
from cop.model.audit_chain import check_chain
from cop.model.moment import utc_instant
from cop.store.audit.file import AUDIT_FILE
from cop.store.catalogue.version import QUARANTINE_FOLDER
from cop.store.catalogue.writer import file_sha256, place_file

RECORD: Final = "audit record"
BEGIN: Final = "begin"


@dataclass(frozen=True, kw_only=True)
class PruneReport:
    """What was pruned: how many entries, the last of them, and the file that has them now."""

    n: int
    up_to: int
    file: Path | None


def prune_entries(
    log: AuditLog, actor: Actor, *, keep_days: int, folder: Path, now: datetime | None = None
) -> PruneReport:
    """Remove the entries before the last ``keep_days`` days; ``folder`` gets a file of them.

    The entry that says so holds the number and the hash of the last one that is gone, by which the
    rest is still verified. Raise AuditError if the record is not whole: then nothing is removed.
    """
    report = log.verify()
    if report.finding is not None:
        raise AuditError(f"nothing was pruned: {report.finding.words}")
    since = (now or utc_instant()) - timedelta(days=keep_days)
    remaining = log.file.read("WHERE at >= ?", [f"{since.isoformat(timespec='microseconds')}Z"])
    newer = next(iter(remaining), None)
    end = report.head.seq if report.head else 0
    up_to = end if newer is None else newer.seq - 1
    if up_to <= report.begins.seq:
        return PruneReport(n=0, up_to=report.begins.seq, file=None)
    file = folder / f"audit-{report.begins.seq + 1}-{up_to}.jsonl"
    last = _write(log.file.read("WHERE seq <= ?", [up_to]), file)
    n = up_to - report.begins.seq
    detail = {
        "up_to": last.seq, "hash": last.hash, "entries": n, "keep_days": keep_days,
        "file": file.name, "sha256": file_sha256(file),
    }  # fmt: skip

    def build(head: AuditHead) -> tuple[AuditEntry]:
        at = now or utc_instant()
        return (build_entry(head, actor, PRUNE, RECORD, at=at, outcome="done", detail=detail),)

    log.file.append(build, drop_to=up_to)
    return PruneReport(n=n, up_to=up_to, file=file)


def begin_anew(log: AuditLog, actor: Actor, *, reason: str) -> Path:
    """Set a record aside that is not whole, and begin another one that says so.

    Return the folder in the quarantine. Raise AuditError if the record is whole.
    """
    try:
        finding = log.verify().finding
        words = None if finding is None else finding.words
    except AuditError as fault:
        words = str(fault)
    if words is None:
        raise AuditError(f"{log.file.place}: it is whole, so that nothing begins anew")
    aside = _find_free(log.file.folder / QUARANTINE_FOLDER)
    moved = log.file.set_aside(aside)
    detail = {"reason": reason, "finding": words, "aside": aside.name, "files": moved}
    log.append(actor, BEGIN, RECORD, detail=detail)
    return aside


def _write(entries: Iterable[AuditEntry], file: Path) -> AuditHead:
    """Write a file of entries and read it again; return the last one."""
    if file.exists():
        raise AuditError(f"{file} already exists: move it away, nothing was pruned")
    if not file.parent.is_dir():
        raise AuditError(f"{file}: there is no folder {file.parent}; create it first")

    def write(draft: Path) -> None:
        with draft.open("w", encoding="ascii") as out:
            out.writelines(render_entries(entries, "jsonl"))

    place_file(file, write)
    report = check_chain(open_export(file), is_part=True)
    if report.finding is not None or report.head is None:
        raise AuditError(f"{file}: not as it was written; nothing was pruned")
    return report.head


def _find_free(folder: Path) -> Path:
    number = 1
    while (aside := folder / f"{Path(AUDIT_FILE).stem}-{number}").exists():
        number += 1
    return aside
