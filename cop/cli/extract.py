"""Export of an uploaded layer for other programs."""

from pathlib import Path
from typing import Annotated

import typer

from cop.app import build_settings, open_service
from cop.cli.acting import recording
from cop.cli.base import Data, guarded
from cop.cli.layer import LayerName, layer_app
from cop.cli.release import HighestLabel, PolicyPath, ReaderAgency, read_written_for
from cop.settings import StoreSettings


@layer_app.command("export")
@guarded
def export(
    layer: LayerName,
    out: Annotated[
        Path, typer.Argument(metavar="OUT", help="File to write; its suffix sets the format.")
    ],
    *,
    agency: ReaderAgency = None,
    highest: HighestLabel = None,
    access: PolicyPath = None,
    data: Data = None,
) -> None:
    """Export a whole layer: .gpkg .geojson .parquet .fgb .kml .csv .xlsx .shp.zip .tif ..."""
    from cop.export.extract import write_extract
    from cop.store.dataset.layer import find_layer

    store = build_settings(StoreSettings, data=data)
    written = read_written_for(agency, highest, access, store=store)
    with (
        recording(store, "export", f"layer {layer}", file=out.name, **written.detail) as act,
        open_service(store) as opened,
    ):
        service = written.released(opened)
        found = find_layer(service.snapshot.uploaded, layer)
        act.detail |= {"marking": found.declared.marking, "revision": found.revision}
        notes = write_extract(service, layer, out)
    for note in notes:
        typer.echo(f"  {note}", err=True)
    what = "a raster" if found.content.raster is not None else f"{found.content.n:,} features"
    synthetic = "SYNTHETIC, " if found.declared.synthetic else ""
    marking = f"{synthetic}{found.declared.marking}{written.words}"
    typer.echo(f"{out}: {what} of {found.declared.title}, {marking}")
