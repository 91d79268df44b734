"""Reading a zipped shapefile: its parts are copied under names of ours, then opened as that."""

import struct
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from cop.errors import InputFileError
from cop.ingest.source.base.record_count import count_shapes
from cop.ingest.source.format import ZIP, FileFormat, ProfileReader
from cop.ingest.source.table import build_table, cut_batches, need_file

if TYPE_CHECKING:
    import geopandas as gpd

    from cop.ingest.source.base.feature import Prepared
    from cop.ingest.source.base.opened import Job, OpenedFile

MOST_BYTES = 512 * 2**20
_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_NEEDED = (".shp", ".shx", ".dbf", ".prj")
_OPENED = (".shp", ".shx", ".dbf")
"""What an upload needs: it asks for the system where no .prj names it."""
_FILE_CODE = 9994
_DRIVER = "ESRI Shapefile"


def read_shapefile(path: Path) -> "gpd.GeoDataFrame":
    """Read the one shapefile of a zip: text columns, geometry, ``__row__`` from 1.

    Raises InputFileError naming the file and what to do.
    """
    # The sandbox chooses GDAL's drivers before GDAL is loaded, and knows profiles and formats.
    import pyogrio
    from pyogrio.errors import DataSourceError

    need_file(path)
    with TemporaryDirectory(prefix="cop-") as folder:
        layer = _unpack(path, Path(folder))
        try:
            if pyogrio.read_info(layer)["driver"] != _DRIVER:
                raise InputFileError(f"{path.name}: no shapefile inside; zip a shapefile")
            frame = pyogrio.read_dataframe(layer, use_arrow=False)
        except (DataSourceError, ValueError) as fault:
            raise InputFileError(
                f"{path.name}: the shapefile cannot be read: {fault}; export it again"
            ) from fault
        if (there := count_shapes(layer)) != len(frame):
            raise InputFileError(
                f"{path.name}: its parts hold {there:,} records, but {len(frame):,} can be read: a "
                "part is cut off; export it again"
            )
    if frame.crs is None:
        raise InputFileError(f"{path.name}: its .prj names no system; export it again")
    records = frame.drop(columns="geometry").astype(object).to_dict("records")
    cells = [{name: _plain(value) for name, value in record.items()} for record in records]
    return build_table(cells, list(frame.geometry), frame.crs)


def _unpack(path: Path, folder: Path) -> Path:
    """Copy the parts of the one shapefile; no name of the archive becomes a path."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = _members(path, archive)
            for part, member in members.items():
                with archive.open(member) as packed:
                    content = packed.read(MOST_BYTES + 1)
                if len(content) > MOST_BYTES:
                    raise InputFileError(f"{path.name}: {part} is over {MOST_BYTES >> 20} MB")
                if part == ".shp" and content[:4] != struct.pack(">i", _FILE_CODE):
                    raise InputFileError(f"{path.name}: its .shp is no shapefile; export it again")
                (folder / f"layer{part}").write_bytes(content)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as fault:
        raise InputFileError(
            f"{path.name}: not a readable zip: {fault}; zip the parts of the shapefile"
        ) from fault
    return folder / "layer.shp"


def _members(path: Path, archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    named = [(PurePosixPath(member.filename), member) for member in archive.infolist()]
    stems = {str(name.with_suffix("")) for name, _ in named if name.suffix.lower() == ".shp"}
    if len(stems) != 1:
        raise InputFileError(
            f"{path.name}: {len(stems)} shapefiles inside; zip the parts of exactly one"
        )
    (stem,) = stems
    own = {
        name.suffix.lower(): member for name, member in named if str(name.with_suffix("")) == stem
    }
    missing = [part for part in _NEEDED if part not in own]
    if missing:
        raise InputFileError(
            f"{path.name}: the shapefile has no {', '.join(missing)}; zip all of its parts"
        )
    return {part: own[part] for part in _PARTS if part in own}


def _plain(value: object) -> object:
    """Return numbers as Python's own and moments as ISO 8601."""
    if value is None or value != value:  # noqa: PLR0124 NaN and NaT
        return None
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value.item() if hasattr(value, "item") else value


def open_shapefile(job: "Job") -> "OpenedFile":
    """Open a layer of a zip, whose shapefiles are its layers; InputFileError where it has none."""
    from cop.ingest.source.base.feature import open_feature

    opened = open_feature(job, prepare=_unpack_parts, encoding=job.choices.encoding)
    if opened.source is None:
        return opened
    shp = Path(opened.source[0])
    return replace(opened, count=lambda: count_shapes(shp))


def _unpack_parts(job: "Job") -> "Prepared":
    """Copy the parts of each shapefile of an upload, its archive checked, under names of ours."""
    from cop.ingest.source.base.archive import note_ignored, open_archive
    from cop.ingest.source.base.long_number import keep_long_numbers

    with open_archive(job.path, file=job.name, settings=job.settings) as archive:
        named = [PurePosixPath(name) for name in archive.members]
        stems = sorted({str(n.with_suffix("")) for n in named if n.suffix.lower() == ".shp"})
        if not stems:
            archive.refuse("0 shapefiles inside")
        targets = {}
        for number, stem in enumerate(stems):
            own = {n.suffix.lower(): str(n) for n in named if str(n.with_suffix("")) == stem}
            missing = [part for part in _OPENED if part not in own]
            if missing:
                archive.refuse(f"the shapefile {stem[:80]!r} has no {', '.join(missing)}")
            base = f"input{number or ''}"
            for part in _PARTS:
                if part in own:
                    archive.copy(own[part], job.scratch / f"{base}{part}")
            targets[stem] = job.scratch / f"{base}.shp"
            keep_long_numbers(job, job.scratch / f"{base}.dbf")
        own_stems = tuple(f"{stem}." for stem in stems)
        note_ignored(job, [name for name in archive.members if not name.startswith(own_stems)])
    return targets if len(targets) > 1 else targets[stems[0]]


def is_shapefile(names: Sequence[str]) -> bool:
    """Return whether an archive of these names holds a shapefile."""
    return any(name.endswith(".shp") for name in names)


FORMAT = FileFormat(
    id="shapefile",
    title="zipped Shapefile",
    kind="vector",
    suffixes=(".shp.zip", ".shz", ".zip"),
    magic=(ZIP,),
    driver=_DRIVER,
    open_file=open_shapefile,
    is_inside=is_shapefile,
    reader=ProfileReader(
        read_batches=lambda path, _profile: cut_batches(read_shapefile(path)),
        has_geometry=True,
        has_position_columns=False,
        uses_gdal=True,
    ),
)
