"""The audit record: verify, list, export, its head, prune, begin anew."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from cop.app import build_settings
from cop.cli.acting import name_actor
from cop.cli.base import AsJson, Data, app, guarded
from cop.errors import AuditError
from cop.model.moment import parse_moment
from cop.settings import AuditSettings, StoreSettings

if TYPE_CHECKING:
    from cop.access.audit.log import AuditLog
    from cop.model.audit import AuditEntry
    from cop.model.audit_chain import ChainReport

audit_app = typer.Typer(
    no_args_is_help=True, help="Verify, search and export the record of who did what."
)
app.add_typer(audit_app, name="audit")
Since = Annotated[str | None, typer.Option("--from", help="From this moment (UTC).")]
Before = Annotated[str | None, typer.Option("--to", help="Before this moment (UTC).")]


@audit_app.command("verify")
@guarded
def verify(
    *,
    file: Annotated[
        Path | None, typer.Option("--file", help="Check an exported file instead.")
    ] = None,
    head: Annotated[
        str | None, typer.Option("--head", help="SEQ:HASH that was noted elsewhere.")
    ] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Check that no entry was removed, changed, moved or cut off; exit 1 and say which."""
    from cop.access.audit.export import open_export
    from cop.model.audit import AuditHead
    from cop.model.audit_chain import check_chain

    stated = None if head is None else AuditHead.from_text(head)
    if file is not None:
        place, report = str(file), check_chain(open_export(file), stated=stated, is_part=True)
    else:
        with _open(data) as log:
            place, report = log.file.place, log.verify(stated)
    typer.echo(json.dumps(_to_json(report)) if as_json else _describe(place, report))
    if not report.is_whole:
        raise typer.Exit(1)


@audit_app.command("list")
@guarded
def list_entries(
    *,
    who: Annotated[str, typer.Option(help="Part of an id or a name.")] = "",
    action: Annotated[str, typer.Option(help="As publish, export or take.")] = "",
    subject: Annotated[str, typer.Option(help="Part of what it was done to.")] = "",
    outcome: Annotated[
        Literal["begun", "done", "refused", "failed"] | None,
        typer.Option(help="Default: all, without beginnings of acts that ended."),
    ] = None,
    since: Since = None,
    before: Before = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the newest.")] = 100,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """List entries, newest first."""
    from cop.store.audit.search import AuditQuery

    query = AuditQuery(
        who=who,
        action=action,
        subject=subject,
        outcome=outcome or "",
        since=_moment(since, "from"),
        before=_moment(before, "to"),
        limit=limit,
    )
    with _open(data) as log:
        found = log.search(query)
    if as_json:
        typer.echo(json.dumps({"entries": [asdict(entry) for entry in found]}))
        return
    for entry in found:
        typer.echo(format_entry(entry))
    if not found:
        typer.echo("no entries")


@audit_app.command("export")
@guarded
def export(
    out: Annotated[
        Path | None, typer.Argument(metavar="OUT", help="File to write (default: stdout).")
    ] = None,
    *,
    form: Annotated[
        Literal["csv", "jsonl"], typer.Option("--format", help="Both hold the chain.")
    ] = "jsonl",
    since: Since = None,
    before: Before = None,
    data: Data = None,
) -> None:
    """Export all entries from one moment to another, for `cop audit verify --file`."""
    from cop.access.audit.export import render_entries
    from cop.store.catalogue.writer import place_file

    with _open(data) as log:
        lines = render_entries(log.between(_moment(since, "from"), _moment(before, "to")), form)
        if out is None:
            sys.stdout.writelines(lines)
            return
        if not out.parent.is_dir():
            raise AuditError(f"{out}: there is no folder {out.parent}; create it first")

        def write(draft: Path) -> None:
            with draft.open("w", encoding="utf-8", newline="") as opened:
                opened.writelines(lines)

        place_file(out, write)
        typer.echo(f"{out}: verify it with `cop audit verify --file {out}`", err=True)


@audit_app.command("head")
@guarded
def head(*, data: Data = None, as_json: AsJson = False) -> None:
    """Print number and hash of the last entry: note them where nobody here can write."""
    with _open(data) as log:
        found = log.head()
    if found is None:
        raise AuditError(f"{log.file.place}: nothing has been recorded yet")
    typer.echo(json.dumps(asdict(found)) if as_json else str(found))


@audit_app.command("prune")
@guarded
def prune(
    *,
    keep_days: Annotated[
        int | None, typer.Option(min=1, help="Keep so many days (or COP_AUDIT_KEEP_DAYS).")
    ] = None,
    to: Annotated[Path, typer.Option(help="Folder for the file of what is removed.")] = Path(),
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Move the oldest entries to a file; the rest can still be verified."""
    from cop.access.audit.retention import prune_entries

    days = build_settings(AuditSettings, audit_keep_days=keep_days).audit_keep_days
    if days is None:
        raise AuditError("nothing says how long: use --keep-days N or set COP_AUDIT_KEEP_DAYS")
    with _open(data) as log:
        done = prune_entries(log, name_actor(), keep_days=days, folder=to)
    if as_json:
        file = None if done.file is None else str(done.file)
        typer.echo(json.dumps({"entries": done.n, "up_to": done.up_to, "file": file}))
    elif done.file is None:
        typer.echo(f"no entry is older than {days} days")
    else:
        typer.echo(f"{done.n:,} entries, up to entry {done.up_to}, are in {done.file} now")


@audit_app.command("begin")
@guarded
def begin(
    *,
    reason: Annotated[str, typer.Option(help="Why, in one line; it is recorded.")],
    by: Annotated[
        str | None, typer.Option("--by", help="Your name (default: the machine's user).")
    ] = None,
    data: Data = None,
) -> None:
    """Set a record aside that is not whole, and begin a new one that says so."""
    from cop.access.audit.retention import begin_anew

    if not reason.strip():
        raise AuditError("state why with --reason")
    with _open(data) as log:
        aside = begin_anew(log, name_actor(by), reason=reason)
    typer.echo(f"the earlier record is in {aside}; a new one has begun")


def format_entry(entry: "AuditEntry") -> str:
    """Return an entry as one line."""
    name = f" ({entry.name})" if entry.name else ""
    where = f" from {entry.address}" if entry.address else ""
    details = "; ".join(f"{key}={value}" for key, value in entry.details.items())
    line = (
        f"{entry.seq:6d}  {entry.at[:19]}Z  {entry.who}{name}{where}, {entry.origin}: "
        f"{entry.action} {entry.subject}: {entry.outcome}{f'  {details}' if details else ''}"
    )
    # A record that somebody tampered with may hold what a terminal obeys.
    return "".join(one if one.isprintable() else "?" for one in line)


def _describe(place: str, report: "ChainReport") -> str:
    if report.finding is not None:
        return f"{place}: {report.finding.words}"
    if report.head is None:
        return f"{place}: nothing has been recorded yet"
    begins = report.begins
    pruned = f", after entry {begins.seq} ({begins.hash[:12]})" if begins.seq else ""
    words = "entry is" if report.n == 1 else "entries are"
    return f"{place}: {report.n:,} {words} whole{pruned}; the head is {report.head}"


def _to_json(report: "ChainReport") -> dict[str, object]:
    finding = report.finding
    return {
        "whole": report.is_whole,
        "entries": report.n,
        "begins": asdict(report.begins),
        "head": None if report.head is None else asdict(report.head),
        "finding": None if finding is None else asdict(finding),
    }


def _moment(text: str | None, name: str) -> datetime | None:
    return None if text is None else parse_moment(text, name=name)


@contextmanager
def _open(data: Path | None) -> Iterator["AuditLog"]:
    from cop.access.audit.log import AuditLog

    log = AuditLog(build_settings(StoreSettings, data=data))
    try:
        yield log
    finally:
        log.close()
