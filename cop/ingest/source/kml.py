"""KML, checked as XML before GDAL reads it."""

import re
from collections import Counter
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

_OWN = {
    "id": re.compile(rb"Placemark\b[^>]*\sid\s*="),
    "name": re.compile(rb"Placemark\b[^>]*>\s*<(?:\w+:)?name\b"),
    "description": re.compile(rb"<(?:\w+:)?description\b"),
    "timestamp": re.compile(rb"<(?:\w+:)?TimeStamp\b"),
    "begin": re.compile(rb"<(?:\w+:)?begin\b"),
    "end": re.compile(rb"<(?:\w+:)?end\b"),
}
"""The columns that GDAL makes of elements, and what shows that a file has them."""
_NAMED = re.compile(
    rb"(<(?:\w+:)?(?:Data|SimpleData|SimpleField)\b[^<>]*?\sname\s*=\s*)([\"'])(.*?)\2", re.DOTALL
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
            return {title: free_fields(job, one) for title, one in prepared.items()}
        return free_fields(job, Path(prepared))

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


def free_fields(job: "Job", path: Path) -> Path:
    """Return the path of a KML of whose fields GDAL keeps every value: a copy where it must differ.

    GDAL cuts fields of numbers to 32 bits, and takes names that differ by case alone for one.
    """
    content = path.read_bytes()
    freed = _TYPED.sub(rb"\1\2string\2", content)
    others = _rename_alike(freed)
    if others:
        for name in others:
            job.notes.add("duplicate_columns", column=name.decode("utf-8", "replace"))
        freed = _NAMED.sub(lambda found: _renamed(found, others), freed)
    if freed == content:
        return path
    copy = job.scratch / f"fields-{path.name}"
    copy.write_bytes(freed)
    return copy


def _rename_alike(content: bytes) -> dict[bytes, bytes]:
    """Return another name for each field whose name is, but for its case, that of another.

    That is an earlier one, or one of GDAL's own where the file has what it puts there.
    """
    names = dict.fromkeys(found[3] for found in _NAMED.finditer(content))
    own = (title for title, element in _OWN.items() if element.search(content))
    times, others = Counter[str](own), dict[bytes, bytes]()
    for name in names:
        folded = name.decode("utf-8", "replace").casefold()
        times[folded] += 1
        if times[folded] > 1:
            others[name] = b"%b_%d" % (name, times[folded])
    return others


def _renamed(found: re.Match[bytes], others: Mapping[bytes, bytes]) -> bytes:
    head, quote, name = found.groups()
    return b"%b%b%b%b" % (head, quote, others.get(name, name), quote)


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
