"""KML, checked as XML before GDAL reads it."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cop.ingest.source.format import FileFormat

if TYPE_CHECKING:
    from collections.abc import Callable

    from cop.ingest.source.base.feature import Prepared
    from cop.ingest.source.base.opened import Job, OpenedFile

DRIVER = "LIBKML"
"""Whose values are texts unless a schema says otherwise, so that kinds are found by the cells."""
DULL = frozenset(("altitudeMode", "tessellate", "extrude", "visibility", "drawOrder", "icon"))

_TYPED = re.compile(
    rb"(<(?:\w+:)?SimpleField\b[^<>]*?\stype\s*=\s*)([\"'])(?:xsd:)?"
    rb"(?:u?int|u?short|u?long|integer|float|double)\2"
)


def open_kml(job: "Job") -> "OpenedFile":
    """Open a folder of placemarks; InputFileError where it cannot be read."""
    return open_placemarks(job, check_markup)


def open_placemarks(job: "Job", prepare: "Callable[[Job], Prepared]") -> "OpenedFile":
    """Open a folder of placemarks of what was prepared, with the styles that it has."""
    import pyogrio

    from cop.ingest.source.base.drawn import add_style
    from cop.ingest.source.base.feature import open_feature
    from cop.ingest.source.base.placemark import StyledDocument, read_styles

    # Else each byte of a letter beyond ASCII is an underscore, and a name in Cyrillic none at all.
    pyogrio.set_gdal_config_options({"LIBKML_LAUNDER_FIELD_NAMES": "NO"})

    def make_texts(job: "Job") -> "Prepared":
        prepared = prepare(job)
        if isinstance(prepared, Mapping):
            return {title: free_types(job, one) for title, one in prepared.items()}
        return free_types(job, Path(prepared))

    documents: dict[Path | str, StyledDocument] = {}

    def count_rows(path: Path | str, layers: int) -> list[int] | None:
        # GDAL reads the whole file anew for each layer that it counts.
        documents[path] = read_styles(Path(path))
        return documents[path].count_rows(layers)

    opened = open_feature(
        job,
        prepare=make_texts,
        is_text=True,
        drops_blank=True,
        dull=DULL,
        count_rows=count_rows,
        rename=rename_field,
    )
    if opened.source is None:
        return opened
    path, place = opened.source
    counts = documents[path].count_rows(documents[path].layers)
    opened = replace(opened, count=lambda: counts[place] if counts else None)
    return add_style(job, opened, documents[path], place)


def rename_field(name: str) -> str:
    """Return a field's name with an underscore for each sign that is no letter and no digit."""
    return re.sub(r"\W", "_", name)


def free_types(job: "Job", path: Path) -> Path:
    """Return the path of a KML whose fields of numbers are texts, as GDAL cuts them to 32 bits."""
    content = path.read_bytes()
    freed, count = _TYPED.subn(rb"\1\2string\2", content)
    if not count:
        return path
    copy = job.scratch / f"texts-{path.name}"
    copy.write_bytes(freed)
    return copy


def check_markup(job: "Job") -> Path:
    """Return the path of a file that is plain XML; InputFileError where it is not."""
    from cop.ingest.source.base.markup import check_xml

    with job.path.open("rb") as stream:
        check_xml(stream, file=job.name)
    return job.path


FORMAT = FileFormat(
    id="kml",
    title="KML",
    kind="vector",
    suffixes=(".kml",),
    magic=(b"<",),
    text=True,
    driver=DRIVER,
    open_file=open_kml,
)
