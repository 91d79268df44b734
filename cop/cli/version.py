"""Versions: list them, and compare two."""

import json
from typing import Annotated

import typer

from cop.app import build_settings
from cop.cli.base import AsJson, Data, app, guarded
from cop.model.moment import format_instant
from cop.settings import StoreSettings


@app.command()
@guarded
def versions(
    *,
    dataset: Annotated[
        str | None, typer.Option(help="Only versions that changed this dataset.")
    ] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """List the stored versions, newest first."""
    from cop.store.catalogue.history import list_versions
    from cop.store.catalogue.reader import CatalogueReader

    reader = CatalogueReader(build_settings(StoreSettings, data=data))
    try:
        found = list_versions(reader.history(), reader.files(), dataset=dataset)
    finally:
        reader.close()
    if as_json:
        typer.echo(json.dumps({"versions": [state.model_dump(mode="json") for state in found]}))
        return
    for state in found:
        typer.echo(
            f"{state.version:6d}  {format_instant(state.published_at.replace(microsecond=0))}  "
            f"{state.files_added} files, {state.bytes_added / 1e6:.1f} MB  {state.message} "
            f"({', '.join(state.datasets)})"
        )


@app.command()
@guarded
def diff(
    older: Annotated[int, typer.Argument(metavar="A", min=0, help="Older version.")],
    newer: Annotated[int, typer.Argument(metavar="B", min=0, help="Newer version.")],
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Compare version B with version A: files, rows, and event figures."""
    from cop.store.catalogue.difference import build_difference
    from cop.store.catalogue.reader import CatalogueReader

    settings = build_settings(StoreSettings, data=data)
    reader = CatalogueReader(settings)
    try:
        before, after = reader.catalogue(version=older), reader.catalogue(version=newer)
    finally:
        reader.close()
    difference = build_difference(settings, before, after)
    if as_json:
        typer.echo(difference.model_dump_json())
        return
    for part in difference.datasets:
        typer.echo(
            f"{part.dataset}: rows {part.rows_added} added, {part.rows_removed} removed, "
            f"{part.rows_corrected} corrected; files +{part.files_added} -{part.files_removed}"
        )
    for line in difference.events:
        typer.echo(
            f"  {line.records} {line.sector} {line.kind}: {line.n:+d} records, "
            f"{line.count:+d} {line.unit}"
        )
    if not difference.datasets:
        typer.echo(f"versions {older} and {newer} are the same")
