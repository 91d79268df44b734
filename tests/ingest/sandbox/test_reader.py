"""Tests of reading by a profile in the sandbox: the same tables and errors as in this process."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import rasterio
import rasterio.shutil
import shapely

from cop.errors import CopError, InputFileError, ProfileError
from cop.ingest.reader import DirectReader
from cop.ingest.sandbox import reader as module
from cop.ingest.sandbox import sandbox
from cop.ingest.sandbox.reader import SandboxReader
from cop.ingest.source.format import MappedColumns, MappedHeights
from cop.ingest.source.registry import read_batches, read_table
from cop.settings import UploadSettings
from tests.support.raster import heights, write_tiff

pytestmark = [pytest.mark.house, pytest.mark.full]

COLUMNS = {"lon": "x", "lat": "y", "occurred_at": "when", "count": "n"}
READER = SandboxReader(settings=UploadSettings(), memory_mb=1_024)
ROWS = 300_000


def write_csv(folder: Path) -> Path:
    path = folder / "a b.csv"
    rows = "".join(f"{n % 50},{n % 60},2026-01-01,{n}\n" for n in range(ROWS))
    path.write_text("x,y,when,n\n" + rows + '"1\n2",,,\n\n')
    return path


def write_gzip(folder: Path) -> Path:
    path = folder / "a.csv.gz"
    pd.DataFrame({"x": ["é", None], "n": ["1", "2"]}).to_csv(path, index=False)
    return path


def write_json(folder: Path) -> Path:
    path = folder / "a.json"
    path.write_text('{"x": 1, "deep": {"a": [1]}}\n\n{"n": null}\n', encoding="utf-8")
    return path


def frame() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"name": ["a", None], "n": [1, 2]},
        geometry=[shapely.Point(1, 2), shapely.Point(3, 4)],
        crs="EPSG:4269",
    )


def write_geojson(folder: Path) -> Path:
    path = folder / "a.geojson"
    feature = {"type": "Feature", "properties": {"n": 1, "t": "é"}, "geometry": None}
    broken = {**feature, "geometry": {"type": "Point", "coordinates": ["x"]}}
    placed = {**feature, "geometry": {"type": "Point", "coordinates": [1, 2, 3]}}
    crs = {"type": "name", "properties": {"name": "EPSG:32612"}}
    collection = {"type": "FeatureCollection", "features": [feature, broken, placed], "crs": crs}
    path.write_text(json.dumps(collection))
    return path


def write_shapefile(folder: Path) -> Path:
    path, parts = folder / "a.zip", folder / "parts"
    parts.mkdir()
    frame().to_file(parts / "lines.shp", driver="ESRI Shapefile")
    with zipfile.ZipFile(path, "w") as archive:
        for part in parts.iterdir():
            archive.write(part, part.name)
    return path


def write_parquet(folder: Path) -> Path:
    path = folder / "a.parquet"
    moments = pd.to_datetime(["2026-01-01T00:00Z", None]).astype("datetime64[us, UTC]")
    frame().assign(when=moments).to_parquet(path)
    return path


FORMATS: dict[str, list[Callable[[Path], Path]]] = {
    "csv": [write_csv, write_gzip],
    "json": [write_json],
    "geojson": [write_geojson],
    "shapefile": [write_shapefile],
    "parquet": [write_parquet],
}


@pytest.mark.parametrize(
    ("reader", "write"), [(name, write) for name, writers in FORMATS.items() for write in writers]
)
def test_the_tables_are_those_of_this_process(
    tmp_path: Path, reader: str, write: Callable[[Path], Path]
) -> None:
    path = write(tmp_path)
    profile = MappedColumns(
        reader=reader,
        columns={k: v for k, v in COLUMNS.items() if reader != "parquet" or k == "occurred_at"},
        file_columns=("n", "x"),
    )
    steps: dict[str, list[tuple[str, int, int | None]]] = {"own": [], "sandbox": []}
    own = read_table(path, profile, lambda *step: steps["own"].append(step))
    arrived = read_table(path, profile, lambda *step: steps["sandbox"].append(step), reader=READER)
    assert type(arrived) is type(own)
    pd.testing.assert_frame_equal(pd.DataFrame(arrived), pd.DataFrame(own))
    assert steps["sandbox"] == steps["own"]
    if isinstance(own, gpd.GeoDataFrame):
        assert isinstance(arrived, gpd.GeoDataFrame)
        assert arrived.crs == own.crs


@pytest.mark.parametrize(
    ("name", "reader", "content"),
    [
        ("a.csv", "csv", b"a,b\n1,2,3\n"),
        ("a.csv", "csv", b""),
        ("a.csv", "csv", b"a\n\xff\n"),
        ("a.json", "json", b'[{"a": NaN}]'),
        ("a.geojson", "geojson", b'{"type": "Feature"}'),
        ("a.zip", "shapefile", b"PK\x03\x04"),
        ("a.parquet", "parquet", b"PAR1"),
        ("a.csv", "none", b"a\n"),
        ("none.csv", "csv", None),
    ],
)
def test_errors_are_those_of_this_process(
    tmp_path: Path, name: str, reader: str, content: bytes | None
) -> None:
    path, profile = tmp_path / name, MappedColumns(reader=reader)
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CopError) as own:
        list(read_batches(path, profile))
    with pytest.raises(CopError) as arrived:
        list(READER(path, profile))
    if content is None:
        assert str(path) in str(arrived.value)
    assert (type(arrived.value), str(arrived.value)) == (type(own.value), str(own.value))


def test_rows_before_a_fault_arrive_and_then_the_fault(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n" + "1,2\n" * ROWS + "1,2,3\n")
    batches = READER(path, MappedColumns(reader="csv"))
    assert len(next(batches)) > 0
    with pytest.raises(InputFileError, match=rf"a\.csv: .*line {ROWS + 2}"):
        list(batches)


def test_a_file_that_exhausts_its_parser_leaves_this_process(tmp_path: Path) -> None:
    path = tmp_path / "large.parquet"
    cells = pa.DictionaryArray.from_arrays(pa.array([0] * 40_000), pa.array(["x" * 20_000]))
    pq.write_table(pa.table({"a": cells}), path)
    small = SandboxReader(settings=UploadSettings(upload_memory_mb=300), memory_mb=256)
    with pytest.raises(InputFileError, match=r"large\.parquet: .*(300 MB of memory|malloc)"):
        list(small(path, MappedColumns(reader="parquet")))


def test_reading_can_be_left_at_any_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started = []
    popen = sandbox.subprocess.Popen

    def start(*args: object, **kwargs: object) -> object:
        started.append(popen(*args, **kwargs))  # type: ignore[call-overload]
        return started[-1]

    monkeypatch.setattr(sandbox.subprocess, "Popen", start)
    batches = READER(write_csv(tmp_path), MappedColumns(reader="csv"))
    next(batches)
    batches.close()  # type: ignore[attr-defined]
    assert started[-1].poll() is not None


def send_instead(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Let a process run this code where the sandbox should be."""
    command = [*sandbox._plain_command()[:-2], "-c", f"import sys, json, os\n{code}"]
    monkeypatch.setattr(sandbox, "_plain_command", lambda: command)


def limits(seconds: float = 60) -> SandboxReader:
    """A reader that gives up on a process that gives nothing for so long."""
    settings = UploadSettings(upload_seal="limits", upload_seconds=seconds)
    return SandboxReader(settings=settings, memory_mb=1)


RESULT = (
    "out = json.load(sys.stdin)['files'][0]['out']\n"
    "open(out + '/result.json', 'w').write(json.dumps({'rows': 7}))\n"
)
STREAM = (
    "import pyarrow as pa\n"
    "batch = pa.record_batch({'__row__': [1, 2]})\n"
    "with pa.ipc.new_stream(sys.stdout.buffer, batch.schema) as stream: stream.write(batch)\n"
)


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("sys.exit('no such thing')", "the sandbox ended with 1: no such thing"),
        (RESULT + "sys.stdout.write('junk' * 99)", "not as it should be"),
        (RESULT + "os.write(1, b'\\xff' * 4 + b'\\xff\\xff\\xff\\x7f')", "not as it should be"),
        (RESULT + STREAM, "not as it should be"),
        (STREAM + "import time; time.sleep(60)", "a.csv: reading gives nothing for 3 s"),
        (
            RESULT.replace("{'rows': 7}", "{'refused': 'a: bad', 'fault': 'ProfileError'}"),
            "^a: bad$",
        ),
    ],
)
def test_a_sandbox_that_was_taken_over_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, why: str
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a\n1\n")
    send_instead(monkeypatch, code)
    with pytest.raises(CopError, match=why) as fault:
        list(limits(3 if "sleep" in code else 60)(path, MappedColumns(reader="csv")))
    assert isinstance(fault.value, ProfileError if "bad" in why else InputFileError)


def test_a_message_of_any_size_is_not_waited_for() -> None:
    assert module._MOST_MESSAGE_BYTES < 1 << 32


def write_dted(folder: Path) -> Path:
    grid = rasterio.Affine(1 / 120, 0, -107 - 1 / 240, 0, -1 / 120, 32 + 1 / 240)
    plain = write_tiff(folder / "plain.tif", heights(121, 121), transform=grid)
    rasterio.shutil.copy(plain, folder / "a.dt0", driver="DTED")
    return folder / "a.dt0"


def write_utm(folder: Path) -> Path:
    grid = rasterio.Affine(900, 0, 500_000, 0, -900, 3_540_000)
    return write_tiff(folder / "utm.tif", crs="EPSG:32612", transform=grid)


@pytest.mark.parametrize(
    ("write", "profile"),
    [
        (lambda folder: write_tiff(folder / "a.tif"), MappedHeights(reader="geotiff")),
        (write_utm, MappedHeights(reader="geotiff")),
        (write_dted, MappedHeights(reader="dted", nodata=-32_767)),
    ],
)
def test_heights_are_those_of_this_process(
    tmp_path: Path, write: Callable[[Path], Path], profile: MappedHeights
) -> None:
    path = write(tmp_path)
    own = DirectReader().read_heights(path, profile, tmp_path / "own.cog")
    arrived = READER.read_heights(path, profile, tmp_path / "arrived.cog")
    assert arrived == own
    assert (tmp_path / "arrived.cog").read_bytes() == (tmp_path / "own.cog").read_bytes()


@pytest.mark.parametrize("content", [None, b"", b"II*\x00junk"])
def test_errors_of_heights_are_those_of_this_process(tmp_path: Path, content: bytes | None) -> None:
    path, profile = tmp_path / "a.tif", MappedHeights(reader="geotiff")
    if content is not None:
        path.write_bytes(content)
    words = []
    for reader in (DirectReader(), READER):
        with pytest.raises(CopError, match=r"a\.tif") as fault:
            reader.read_heights(path, profile, tmp_path / "cog")
        words.append(str(fault.value))
    assert words[1] == words[0] or content is None


@pytest.mark.parametrize(
    "result", ["{'heights': {'width': 1}}", "{'rows': 1}", "{'heights': None}"]
)
def test_heights_that_do_not_fit_are_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, result: str
) -> None:
    path = write_tiff(tmp_path / "a.tif")
    code = RESULT.replace("{'rows': 7}", result)
    send_instead(monkeypatch, f"{code}open(out + '/raster.tif', 'wb').write(b'II*\\0' + bytes(99))")
    with pytest.raises(InputFileError, match=r"a\.tif: .*not as it should be"):
        limits().read_heights(path, MappedHeights(reader="geotiff"), tmp_path / "cog")
    assert not (tmp_path / "cog").exists()
