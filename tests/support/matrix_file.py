"""Files in the matrix: hand-outs of every format and whole layers, decoded to what they say."""

import io
import sqlite3
import subprocess
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

import pyarrow.parquet as pq

from cop.errors import LayerError, PictureMissingError
from cop.export.brief import HandoutScene
from cop.export.extract import write_extract
from cop.export.handout import build_handout, open_scene
from cop.layerkind.service.opening import resolve_picture
from cop.model.moment import utc_now
from cop.model.picture import Picture, ShownLayer
from tests.support.matrix import Reader, Reading, gunzipped

_EXTRACTED: Final = (".csv", ".geojson", ".gpkg", ".kmz", ".parquet")


def hand_out(reader: Reader, form: str, *kinds: str, picture_id: str | None = None) -> Reading:
    """Create one of a saved Picture, as the page Handout does; it has the rows of its layers.

    ``kinds`` are those whose records the format shows; without a Picture it is any.
    """
    saved = reader.service.room.pictures
    if picture_id is None:
        of_all, *few = reader.room.shown
        picture_id = reader.random.choice([*few, *few, of_all])
    shown = reader.room.shown[picture_id]
    try:
        scene = open_scene(reader.service, saved, picture_id)
    except PictureMissingError:
        assert not reader.room.layers.keys() & {*shown} <= reader.own("layer"), picture_id
        scene = open_layers(reader, shown)
    content = DECODERS[form](build_handout([scene], form, created_at=utc_now()).content)
    whole = set()
    for kind, layer in (("event", "events"), ("sensor", "sensors")):
        whole |= reader.own(kind) if kind in kinds and layer in shown else set()
    if "feature" in kinds:
        whole |= {one for name in shown for one in reader.room.features.get(name, ())}
    whole |= reader.own("annotation") if "annotation" in kinds else set()
    return Reading(
        content,
        whole=frozenset(whole & reader.own(*kinds)),
        asked=frozenset(reader.room.layers.keys() & {*shown}),
    )


def open_layers(reader: Reader, names: Sequence[str]) -> HandoutScene:
    """What an address of layers shows: of a saved Picture that is withheld, the same."""
    asked = replace(
        Picture.from_pairs([("records", "real")]), shown=tuple(ShownLayer(id=one) for one in names)
    )
    view, picture = resolve_picture(reader.service, asked)
    return HandoutScene(
        service=reader.service, view=view, picture=picture, title="Layers", picture_id="a" * 10,
        revision=1, annotations=reader.service.room.annotations.list(),
    )  # fmt: skip


def read_csv(reader: Reader) -> Reading:
    return hand_out(reader, "csv", "event", "sensor", "feature")


def read_gpkg(reader: Reader) -> Reading:
    return hand_out(reader, "gpkg", "event", "sensor", "feature", "annotation")


def read_html(reader: Reader) -> Reading:
    return hand_out(reader, "html", "feature")


def read_pdf(reader: Reader) -> Reading:
    return hand_out(reader, "pdf")


def read_pptx(reader: Reader) -> Reading:
    return hand_out(reader, "pptx")


def read_extract(reader: Reader) -> Reading:
    """A whole uploaded layer as a file, as `cop layer export --as` writes it."""
    name = reader.random.choice(sorted(reader.room.layers))
    suffix = reader.random.choice(_EXTRACTED)
    content = b""
    with tempfile.TemporaryDirectory() as folder, suppress(LayerError):
        out = Path(folder) / f"layer{suffix}"
        write_extract(reader.service, name, out)
        content = DECODERS[suffix.removeprefix(".")](out.read_bytes())
    may = name in reader.own("layer")
    return Reading(content, whole=frozenset({*reader.room.features[name]} if may else ()))


def _gpkg(content: bytes) -> bytes:
    """Return the rows of every table, their shapes aside."""
    with tempfile.NamedTemporaryFile(suffix=".gpkg") as file:
        file.write(content)
        file.flush()
        with closing(sqlite3.connect(file.name)) as opened:
            listed = opened.execute("SELECT name FROM sqlite_master WHERE type='table'")
            tables = [name for (name,) in listed]
            rows = [opened.execute(f'SELECT * FROM "{name}"').fetchall() for name in tables]
    texts = [[one for one in row if not isinstance(one, bytes)] for table in rows for row in table]
    return repr((tables, texts)).encode()


def _pdf(content: bytes) -> bytes:
    """Return the words of the pages, and what describes the file."""
    found = subprocess.run(
        ["pdftotext", "-raw", "-", "-"], input=content, capture_output=True, check=True
    )
    return found.stdout + content.replace(b"\x00", b"")


def _zip(content: bytes) -> bytes:
    """Return all parts, those of parts that are archives too."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    inner = [_zip(part) for part in parts.values() if part.startswith(b"PK\x03\x04")]
    return b"\n".join([*(name.encode() for name in parts), *parts.values(), *inner])


def _parquet(content: bytes) -> bytes:
    table = pq.read_table(io.BytesIO(content))
    return repr((table.schema.metadata, table.to_pydict())).encode()


DECODERS: Final[dict[str, Callable[[bytes], bytes]]] = {
    "csv": bytes,
    "geojson": bytes,
    "html": gunzipped,
    "gpkg": _gpkg,
    "pdf": _pdf,
    "pptx": _zip,
    "kmz": _zip,
    "parquet": _parquet,
}
"""How a file of each format is read again."""
