"""Retention, backup and restore."""

from contextlib import ExitStack, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cop.app import build_settings
from cop.cli.acting import recording
from cop.cli.base import AsJson, Data, app, guarded
from cop.settings import RetentionSettings, StoreSettings

if TYPE_CHECKING:
    from cop.access.audit.log import RecordedAct


@app.command()
@guarded
def retain(
    *,
    keep_days: Annotated[
        int | None, typer.Option(help="Keep the versions of this many days (or COP_KEEP_DAYS).")
    ] = None,
    keep_versions: Annotated[
        int | None,
        typer.Option(help="Keep this many of the newest versions (or COP_KEEP_VERSIONS)."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be deleted.")] = False,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Delete old versions and the files only they use, if neither rule keeps them."""
    from cop.store.backup.retention import retain as retain_versions

    settings = build_settings(StoreSettings, data=data)
    policy = build_settings(RetentionSettings, keep_days=keep_days, keep_versions=keep_versions)
    with nullcontext() if dry_run else recording(settings, "retain", "versions") as act:
        report = retain_versions(settings, policy, dry_run=dry_run)
        if act is not None:
            act.detail |= {"removed": report.removed, "files": report.files}
    if as_json:
        typer.echo(report.model_dump_json())
        return
    removed = report.removed
    named = f" ({removed[0]} to {removed[-1]})" if removed else ""
    typer.echo(
        f"{len(removed)} versions{named}, {report.files} files, {report.bytes} bytes "
        + ("would be deleted" if dry_run else "deleted")
        + f"; {len(report.kept)} versions kept, the oldest is {report.kept[0]}"
    )


@app.command()
@guarded
def backup(file: Path, data: Data = None, as_json: AsJson = False) -> None:
    """Back up the warehouse with its versions to one file; publishing can continue."""
    from cop.store.backup.backup import back_up

    store = build_settings(StoreSettings, data=data)
    with recording(store, "backup", "warehouse", file=file.name) as act:
        report = back_up(store, file)
        act.detail["version"] = report.version
    for name in report.absent:
        typer.echo(f"cop: {name} was already missing; only earlier versions use it", err=True)
    typer.echo(
        report.model_dump_json()
        if as_json
        else f"{file}: version {report.version}, {report.files} files, {report.bytes} bytes"
    )


@app.command()
@guarded
def restore(file: Path, data: Data = None, as_json: AsJson = False) -> None:
    """Restore a backup; an existing warehouse keeps its versions."""
    from cop.store.backup.audit_file import ASIDE, EXTENDED
    from cop.store.backup.restore import restore as restore_backup
    from cop.store.room.damage import name_table

    store = build_settings(StoreSettings, data=data)
    with ExitStack() as stack:

        def begin(audit: str) -> None:
            detail = {"file": file.name, "audit": audit}
            act = recording(store, "restore", "warehouse", is_new=True, **detail)
            recorded.append(stack.enter_context(act))

        recorded: list[RecordedAct] = []
        report = restore_backup(store, file, begin=begin)
        recorded[0].detail |= {"version": report.version, "of": report.restored}
    if report.audit in (EXTENDED, ASIDE):
        typer.echo(f"cop: audit record: {report.audit}", err=True)
    for source, marking in report.raised.items():
        typer.echo(
            f"cop: source {source} stays {marking}, as here: the backup has it lower", err=True
        )
    for table, n in report.left_out.items():
        typer.echo(
            f"cop: left out {n} {name_table(table)}: others are here in their place; those of the "
            "backup are in quarantine/",
            err=True,
        )
    typer.echo(
        report.model_dump_json()
        if as_json
        else f"version {report.restored} of {file.name} restored as version {report.version}; "
        f"{report.files} files written"
    )
