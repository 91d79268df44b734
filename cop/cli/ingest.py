"""File loading: one command per kind of file."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cop.app import build_reader, build_settings
from cop.cli.acting import recording
from cop.cli.base import AsJson, Data, RegionName, app, give_way, guarded
from cop.cli.records import tell_default
from cop.cli.upload import Agree, check_codes
from cop.errors import MappingError, ProfileError
from cop.model.mapping import UPLOAD
from cop.model.source import SOURCE_KINDS, SourceKind
from cop.settings import SourceSettings, StoreSettings, UploadSettings

if TYPE_CHECKING:
    from cop.access.audit.log import RecordedAct
    from cop.ingest.profile.kind import Profile
    from cop.ingest.sink.load import IngestReport

ingest_app = typer.Typer(no_args_is_help=True, help="Load a file into the warehouse.")
app.add_typer(ingest_app, name="ingest")


def _add_ingest(kind: SourceKind, what: str) -> None:
    """Add the command that loads one kind of file."""

    @guarded
    def ingest(
        file: Annotated[
            Path,
            typer.Argument(
                help="A file, or the address of an OGC API collection or a FeatureServer"
            ),
        ],
        *,
        profile: Annotated[
            str | None,
            typer.Option("--profile", help="A profile in data/profiles/, or a YAML file."),
        ] = None,
        mapping: Annotated[
            str | None, typer.Option("--mapping", help="A saved mapping (`cop mapping list`).")
        ] = None,
        problems: Annotated[
            Path | None, typer.Option(help="Write rejected rows to this CSV (reader upload).")
        ] = None,
        by: Annotated[str | None, typer.Option("--by", help="Your name (reader upload).")] = None,
        agree: Agree = None,
        data: Data = None,
        region: RegionName = None,
        dry_run: Annotated[
            bool, typer.Option("--dry-run", help="Check only; publish nothing.")
        ] = False,
        as_json: AsJson = False,
    ) -> None:
        from cop.ingest.remote.download import open_source

        give_way()
        store = build_settings(StoreSettings, data=data, region=region)
        if (profile is None) == (mapping is None):
            raise ProfileError("use either --profile NAME or --mapping NAME")
        found = agree_to(_find_profile(store, kind, profile=profile, mapping=mapping), agree)
        with (
            open_source(file, build_settings(SourceSettings)) as local,
            _recording(store, local, found, by=by, dry_run=dry_run) as act,
        ):
            if found.reader == UPLOAD:
                report = _map(
                    store, local, found, by=by, dry_run=dry_run, problems=problems,
                    strict=mapping is not None,
                )  # fmt: skip
            else:
                report = _ingest(store, local, found, dry_run=dry_run)
            if act is not None:
                act.detail |= {"version": report.version, "accepted": report.accepted}
        _print_report(report, local, dry_run=dry_run, as_json=as_json)
        if kind == "events" and report.accepted and not dry_run:
            tell_default(store, "synthetic" if found.source.synthetic else "real")

    ingest_app.command(kind, help=f"Load {what}, with a profile or a mapping.")(ingest)


def _recording(
    store: StoreSettings, file: Path, profile: "Profile", *, by: str | None, dry_run: bool
) -> "AbstractContextManager[RecordedAct | None]":
    if dry_run:
        return nullcontext()
    return recording(store, "load", f"source {profile.source.id}", by=by, file=file.name)


def agree_to(profile: "Profile", codes: Sequence[str] | None) -> "Profile":
    """Return a profile that agrees to further findings, by their codes."""
    from cop.ingest.profile.base import MappedProfile

    if not codes or not isinstance(profile, MappedProfile):
        return profile
    agreed = (*profile.agreed, *(check_codes(codes) or ()))
    return profile.model_copy(update={"agreed": agreed})


def _find_profile(
    store: StoreSettings, kind: SourceKind, *, profile: str | None, mapping: str | None
) -> "Profile":
    """Read the profile, or that of the saved mapping, which must be of the kind."""
    from cop.ingest.mapping.keep import get_mapping
    from cop.ingest.mapping.load import build_mapped_profile
    from cop.ingest.profile.file import find_profile
    from cop.ingest.sink.registry import check_kind

    if mapping is None:
        found = find_profile(profile or "")
        check_kind(found, kind)
        return found
    saved = get_mapping(store, mapping)
    if saved.kind != kind:
        raise MappingError(
            f"mapping {mapping!r} loads {saved.kind}, not {kind}: use `cop ingest {saved.kind}`"
        )
    return build_mapped_profile(saved.name, saved.declared)


def _ingest(
    store: StoreSettings, file: Path, profile: "Profile", *, dry_run: bool
) -> "IngestReport":
    from cop.cli.progress import stepping
    from cop.ingest.sink.registry import ingest_file

    typer.echo(f"reading {file.name}", err=True)
    with stepping(file.name, "rows") as progress:
        return ingest_file(
            store, file, profile, reader=build_reader(store), dry_run=dry_run, progress=progress
        )


def _map(
    store: StoreSettings, file: Path, profile: "Profile", *,
    by: str | None, dry_run: bool, problems: Path | None, strict: bool,
) -> "IngestReport":  # fmt: skip
    """Load a file that is read in the sandbox."""
    from cop.cli.mapping import person
    from cop.cli.progress import stepping
    from cop.cli.upload import print_findings
    from cop.ingest.layer.history import read_line_area
    from cop.ingest.mapping.load import check_mapped, load_mapped, need_mapped
    from cop.ingest.mapping.read import read_by_mapping
    from cop.store.catalogue.reader import is_published

    who, mapped = person(by), need_mapped(profile)
    settings = build_settings(UploadSettings)
    with stepping(file.name, "rows") as progress:
        near = read_line_area(store) if is_published(store) else None
        table = read_by_mapping(
            file, mapped, settings, near=near, tell=print_findings, progress=progress
        )
        if problems is not None:
            problems.write_bytes(check_mapped(table, mapped).to_csv())
        return load_mapped(
            store, table, mapped, by=who, dry_run=dry_run, strict=strict, progress=progress
        )


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
