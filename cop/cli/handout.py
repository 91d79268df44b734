"""Hand-outs: saved Pictures exported as one file."""

from pathlib import Path
from typing import Annotated, Any

import typer

from cop.app import build_settings, open_service
from cop.cli.acting import recording
from cop.cli.base import Data, app, guarded
from cop.cli.release import HighestLabel, PolicyPath, ReaderAgency, read_written_for
from cop.settings import ExportSettings, StoreSettings


@app.command()
@guarded
def handout(
    out: Annotated[Path, typer.Argument(help="File to write.")],
    *,
    picture: Annotated[
        list[str],
        typer.Option(help="Saved Picture, ID or ID:REVISION; repeatable for PDF and PPTX."),
    ],
    form: Annotated[
        str | None,
        typer.Option("--format", help="html, pdf, pptx, gpkg or csv; default: by file suffix."),
    ] = None,
    dark: Annotated[bool, typer.Option("--dark", help="Dark theme, for HTML only.")] = False,
    paper: Annotated[
        str | None, typer.Option(help="letter or a4, for PDF only (or COP_PAPER).")
    ] = None,
    prepared_by: Annotated[str, typer.Option(help="Who prepared it, on PDF and PPTX.")] = "",
    address: Annotated[
        str, typer.Option(help="The server's address, as http://host:8501, for the QR code.")
    ] = "",
    agency: ReaderAgency = None,
    highest: HighestLabel = None,
    access: PolicyPath = None,
    data: Data = None,
) -> None:
    """Export saved Pictures as a hand-out with marking, sources, ages, DTG and id."""
    from cop.export.handout import HandoutOptions, build_handout, open_scene
    from cop.model.alert import MOST_NAME
    from cop.model.moment import utc_now
    from cop.model.saved import read_reference

    store = build_settings(StoreSettings, data=data)
    _check_folder(out)
    written = read_written_for(agency, highest, access, store=store)
    detail: dict[str, Any] = {"file": out.name, "pictures": picture, **written.detail}
    with (
        recording(store, "export", "hand-out", by=prepared_by or None, **detail),
        open_service(store, tile_cache_mb=_CACHE_MB) as opened,
    ):
        service = written.released(opened)
        saved = service.room.pictures
        scenes = [open_scene(service, saved, *read_reference(text)) for text in picture]
        built = build_handout(
            scenes,
            form or out.suffix.removeprefix(".").lower(),
            created_at=utc_now(),
            options=HandoutOptions(
                theme="dark" if dark else "light",
                paper=build_settings(ExportSettings, paper=paper and paper.lower()).paper,
                prepared_by=" ".join(prepared_by.split())[:MOST_NAME],
                base=address.rstrip("/"),
            ),
        )
        part = out.with_name(f".{out.name}.part")
        part.write_bytes(built.content)
        part.replace(out)
    typer.echo(
        f"{out}: {len(built.content):,} bytes of {', '.join(picture)}{written.words}", err=True
    )


_CACHE_MB = 64


def _check_folder(out: Path) -> None:
    from cop.errors import HandoutError

    if not out.parent.is_dir():
        raise HandoutError(
            f"{out}: folder {out.parent} does not exist; create it or choose another"
        )
