"""File loading: one command per kind of file."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cop.app import build_reader, build_settings
from cop.cli.base import AsJson, Data, RegionName, app, give_way, guarded
from cop.errors import InputFileError, MappingError, ProfileError
from cop.model.source import SOURCE_KINDS, SourceKind
from cop.settings import StoreSettings, UploadSettings

if TYPE_CHECKING:
    from cop.ingest.load import IngestReport

ingest_app = typer.Typer(no_args_is_help=True, help="Load a file into the warehouse.")
app.add_typer(ingest_app, name="ingest")


def _add_ingest(kind: SourceKind, what: str) -> None:
    """Add the command that loads one kind of file."""

    @guarded
    def ingest(
        file: Path,
        *,
        profile: Annotated[
            str | None, typer.Option("--profile", help="A profile in data/profiles/.")
        ] = None,
        mapping: Annotated[
            str | None, typer.Option("--mapping", help="A saved mapping (`cop mapping list`).")
        ] = None,
        problems: Annotated[
            Path | None, typer.Option(help="Write rejected rows to this CSV (with --mapping).")
        ] = None,
        by: Annotated[str | None, typer.Option("--by", help="Your name (with --mapping).")] = None,
        data: Data = None,
        region: RegionName = None,
        dry_run: Annotated[
            bool, typer.Option("--dry-run", help="Check only; publish nothing.")
        ] = False,
        as_json: AsJson = False,
    ) -> None:
        store = give_way(build_settings(StoreSettings, data=data, region=region))
        if (profile is None) == (mapping is None):
            raise ProfileError("use either --profile NAME or --mapping NAME")
        if mapping is not None:
            report = _map(store, kind, file, mapping, by=by, dry_run=dry_run, problems=problems)
        else:
            report = _ingest(store, kind, file, profile or "", dry_run=dry_run)
        _print_report(report, file, dry_run=dry_run, as_json=as_json)

    ingest_app.command(kind, help=f"Load {what}, with a profile or a mapping.")(ingest)


def _ingest(
    store: StoreSettings, kind: SourceKind, file: Path, name: str, *, dry_run: bool
) -> "IngestReport":
    from cop.cli.progress import stepping
    from cop.ingest.kind import check_kind, ingest_file
    from cop.ingest.profile import read_profile

    profile = read_profile(name)
    check_kind(profile, kind)
    typer.echo(f"reading {file.name}", err=True)
    with stepping(file.name, "rows") as progress:
        return ingest_file(
            store, file, profile, reader=build_reader(store), dry_run=dry_run, progress=progress
        )


def _map(
    store: StoreSettings, kind: SourceKind, file: Path, name: str, *,
    by: str | None, dry_run: bool, problems: Path | None,
) -> "IngestReport":  # fmt: skip
    from cop.cli.mapping import person
    from cop.cli.upload import print_findings
    from cop.ingest.mapping.keep import get_mapping
    from cop.ingest.mapping.load import build_mapped_profile, check_mapped, load_mapped
    from cop.ingest.mapping.read import read_by_mapping

    mapping, who = get_mapping(store, name), person(by)
    if mapping.kind != kind:
        raise MappingError(
            f"mapping {name!r} loads {mapping.kind}, not {kind}: use `cop ingest {mapping.kind}`"
        )
    if not file.is_file():
        raise InputFileError(f"{file}: no such file; check the path")
    profile = build_mapped_profile(mapping.name, mapping.declared)
    settings = build_settings(UploadSettings)
    table = read_by_mapping(file, mapping, settings, tell=print_findings)
    if problems is not None:
        problems.write_bytes(check_mapped(table, profile).to_csv())
    return load_mapped(store, table, profile, by=who, dry_run=dry_run)


def _print_report(report: "IngestReport", file: Path, *, dry_run: bool, as_json: bool) -> None:
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
