"""Loading: one command for each kind of file."""

from pathlib import Path
from typing import Annotated

import typer

from cop.command.base import AsJson, Data, RegionName, app, build_settings, give_way, guarded
from cop.model.source import SOURCE_KINDS, SourceKind
from cop.settings import StoreSettings

ingest_app = typer.Typer(no_args_is_help=True, help="Load a file into the warehouse.")
app.add_typer(ingest_app, name="ingest")


def _add_ingest(kind: SourceKind, what: str) -> None:
    """Add the command that loads one kind of file."""

    @guarded
    def ingest(
        file: Path,
        *,
        profile: Annotated[str, typer.Option("--profile", help="A file in data/profiles/.")],
        data: Data = None,
        region: RegionName = None,
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Check, publish nothing.")] = False,
        as_json: AsJson = False,
    ) -> None:
        store = give_way(build_settings(StoreSettings, data=data, region=region))
        _ingest(store, kind, file, profile, dry_run=dry_run, as_json=as_json)

    ingest_app.command(kind, help=f"Load {what}, by a profile.")(ingest)


def _ingest(
    store: StoreSettings, kind: SourceKind, file: Path, name: str, *, dry_run: bool, as_json: bool
) -> None:
    from cop.ingest.kind import check_kind, ingest_file
    from cop.ingest.profile import read_profile

    profile = read_profile(name)
    check_kind(profile, kind)
    typer.echo(f"reading {file.name}", err=True)
    report = ingest_file(store, file, profile, dry_run=dry_run)
    if as_json:
        typer.echo(report.to_json())
        return
    typer.echo(
        f"{file.name}: {report.accepted} accepted, {report.duplicate} already there, "
        f"{report.superseded} corrected, {report.rejected} rejected"
        + (" (dry run, nothing published)" if dry_run else f"; version {report.version}")
    )
    for problem in report.problems:
        typer.echo(f"  {problem}", err=True)


for _kind, _what in SOURCE_KINDS.items():
    _add_ingest(_kind, _what)
