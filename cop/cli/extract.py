"""Export of an uploaded layer for other programs."""

from pathlib import Path
from typing import Annotated

import typer

from cop.app import build_settings, open_service
from cop.cli.acting import recording
from cop.cli.base import Data, guarded
from cop.cli.layer import LayerName, layer_app
from cop.settings import StoreSettings


@layer_app.command("export")
@guarded
def export(
    layer: LayerName,
    out: Annotated[
        Path, typer.Argument(metavar="OUT", help="File to write; its suffix sets the format.")
    ],
    data: Data = None,
) -> None:
    """Export a whole layer: .gpkg .geojson .parquet .fgb .kml .csv .xlsx .shp.zip .tif ..."""
    from cop.export.extract import write_extract
    from cop.store.dataset.layer import find_layer

    store = build_settings(StoreSettings, data=data)
    with (
        recording(store, "export", f"layer {layer}", file=out.name) as act,
        open_service(store) as service,
    ):
        warehouse = service.warehouse
        found = find_layer(warehouse.snapshot.uploaded, layer)
        act.detail |= {"marking": found.declared.marking, "revision": found.revision}
        notes = write_extract(warehouse, layer, out)
    for note in notes:
        typer.echo(f"  {note}", err=True)
    what = "a raster" if found.content.raster is not None else f"{found.content.n:,} features"
    synthetic = "SYNTHETIC, " if found.declared.synthetic else ""
    typer.echo(f"{out}: {what} of {found.declared.title}, {synthetic}{found.declared.marking}")
