"""Saved mappings: list, export, save, delete; and undo of a load."""

import getpass
import json
from pathlib import Path
from typing import Annotated

import typer

from cop.app import build_settings
from cop.cli.acting import recording
from cop.cli.base import AsJson, Data, app, guarded
from cop.cli.ingest import ingest_app
from cop.errors import InputFileError
from cop.model.moment import format_instant
from cop.settings import StoreSettings

mapping_app = typer.Typer(no_args_is_help=True, help="List and change saved column mappings.")
app.add_typer(mapping_app, name="mapping")

By = Annotated[str | None, typer.Option("--by", help="Your name (default: the machine's user).")]
MappingName = Annotated[str, typer.Argument(metavar="NAME", help="Mapping name.")]


@mapping_app.command("list")
@guarded
def list_all(*, data: Data = None, as_json: AsJson = False) -> None:
    """List the saved mappings."""
    from cop.ingest.mapping.keep import list_mappings

    found = list_mappings(build_settings(StoreSettings, data=data))
    if as_json:
        typer.echo(json.dumps({"mappings": [one.model_dump(mode="json") for one in found]}))
        return
    for one in found:
        saved = format_instant(one.saved_at.replace(microsecond=0))
        typer.echo(
            f"{one.name}  {one.kind}  source {one.declared['source']['id']}  by {one.author} "
            f"{saved}  ({', '.join(one.columns)})"
        )


@mapping_app.command("export")
@guarded
def export(
    name: MappingName,
    *,
    profile: Annotated[
        bool, typer.Option("--profile", help="The same: a mapping is a profile.")
    ] = False,
    data: Data = None,
) -> None:
    """Print a mapping as a profile in YAML."""
    from cop.ingest.mapping.export import export_mapping
    from cop.ingest.mapping.keep import get_mapping

    del profile
    store = build_settings(StoreSettings, data=data)
    with recording(store, "export", f"mapping {name}"):
        text = export_mapping(get_mapping(store, name))
    typer.echo(text, nl=False)


@mapping_app.command("save")
@guarded
def save(
    file: Annotated[Path, typer.Argument(help="YAML file as printed by `cop mapping export`.")],
    *,
    by: By = None,
    data: Data = None,
) -> None:
    """Save an exported mapping; it replaces one of the same name."""
    from cop.ingest.mapping.export import import_mapping
    from cop.ingest.mapping.keep import save_mapping

    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise InputFileError(f"{file.name}: cannot be read: {fault}; choose a YAML file") from fault
    found = import_mapping(text, file=file.name, author=person(by))
    store = build_settings(StoreSettings, data=data)
    with recording(store, "save", f"mapping {found.name}", by=found.author, file=file.name):
        renewed = save_mapping(store, found)
    typer.echo(f"mapping {found.name} {'updated' if renewed else 'saved'}")


@mapping_app.command("delete")
@guarded
def delete(name: MappingName, *, by: By = None, data: Data = None) -> None:
    """Delete a mapping; data loaded with it stays."""
    from cop.ingest.mapping.keep import delete_mapping

    store, who = build_settings(StoreSettings, data=data), person(by)
    with recording(store, "delete", f"mapping {name}", by=who):
        deleted = delete_mapping(store, name, by=who)
    typer.echo(f"mapping {deleted.name} deleted")


@ingest_app.command("undo")
@guarded
def undo(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="Source id.")],
    *,
    by: By = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Undo the last load of a source in a new version; run again to redo it."""
    from dataclasses import asdict

    from cop.ingest.sink.undo import undo_load

    store, who = build_settings(StoreSettings, data=data), person(by)
    with recording(store, "undo", f"source {source}", by=who) as act:
        done = undo_load(store, source, by=who)
        act.detail["version"] = done.version
    if as_json:
        typer.echo(json.dumps(asdict(done)))
        return
    typer.echo(
        f"{done.source}: version {done.undone} ({done.file}) undone; {done.records} records "
        f"of the source remain; version {done.version}"
    )


def person(by: str | None) -> str:
    """Return the author's name: as given, else the machine's user."""
    from cop.model.saved import check_author

    return check_author(by or getpass.getuser())
