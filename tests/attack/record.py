"""Files of which a reader passes over records: cut, broken, with quotes that nothing closes."""

import struct
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import geopandas as gpd
import shapely

from tests.attack.attempt import Attempt

_LEAST, _MOST = 8, 40
_KML = '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{0}</Document></kml>'
_MARK = "<Placemark><name>a</name><Point><coordinates>-111,31</coordinates></Point></Placemark>"
_GPX = '<gpx version="1.1" creator="a" xmlns="http://www.topografix.com/GPX/1/1">{0}</gpx>'


def draw_lacking(random: Random, folder: Path) -> Iterator[Attempt]:
    """Draw a file of each kind; what it holds is ``rows``, and a reader gets fewer of them.

    GDAL refuses some of those in GeoJSON, and reads others.
    """
    for name, make in LACKING.items():
        own = folder / f"{random.randrange(1 << 32):08x}"
        own.mkdir(parents=True)
        path = own / f"file{name[name.index('.') :]}"
        rows = random.randint(_LEAST, _MOST)
        make(random, path, rows)
        found = () if name.endswith(".geojson") else ("records_differ",)
        yield Attempt(way=name, path=path, name=name, rows=rows, found=found)


def draw_whole(random: Random, folder: Path) -> Iterator[Attempt]:
    """Draw a sound file of each kind, each odd in a way that must not be taken for a loss."""
    for name, make in WHOLE.items():
        own = folder / f"{random.randrange(1 << 32):08x}"
        own.mkdir(parents=True)
        path = own / f"file{name[name.index('.') :]}"
        rows = random.randint(_LEAST, _MOST)
        make(random, path, rows)
        yield Attempt(way=name, path=path, name=name, rows=rows)


Make = Callable[[Random, Path, int], None]


def _lines(random: Random, rows: int) -> list[str]:
    return [
        f"{random.uniform(31, 32):.4f},-111,w{row},{random.randint(0, 99)}" for row in range(rows)
    ]


def _csv(lines: list[str], *, end: str = "\n", encoding: str = "utf-8") -> bytes:
    return (end.join(["lat,lon,a,b", *lines]) + end).encode(encoding)


def _open_quote(random: Random, path: Path, rows: int) -> None:
    """Open a quote that nothing closes, not in the last line."""
    lines = _lines(random, rows)
    place = random.randrange(rows - 1)
    lines[place] = lines[place].replace(",w", ',"w')
    path.write_bytes(_csv(lines))


def _two_quotes(random: Random, path: Path, rows: int) -> None:
    """Open a quote that only a quote of a later line closes."""
    lines = _lines(random, rows)
    first = random.randrange(rows - 2)
    last = random.randrange(first + 1, rows)
    lines[first] = lines[first].replace(",w", ',"w')
    head, _, tail = lines[last].rpartition(",")
    lines[last] = f'{head}",{tail}'
    path.write_bytes(_csv(lines))


def _odd_csv(random: Random, path: Path, rows: int) -> None:
    """Write line ends within quotes, inches, blank lines, rows too short, no line end at last."""
    lines = _lines(random, rows)
    lines[0] = '31,-111,"two\nlines, ""quoted""",1'
    lines[1] = '31,-111,5" pipe,2'
    lines[2] = "31,-111"
    end = random.choice(("\n", "\r\n", "\r"))
    encoding = random.choice(("utf-8", "utf-8-sig", "utf-16"))
    content = _csv(lines, end=end).decode() + end * random.randint(0, 3)
    path.write_bytes(
        (content if random.random() < 0.5 else content.rstrip("\r\n")).encode(encoding)
    )


def _features(random: Random, rows: int) -> list[str]:
    odd = '"} ] , { [ \\\\ \\"features\\": [ 1, 2"'
    return [
        f'{{"type":"Feature","properties":{{"n":{row},"t":{odd},"l":[1,2,{{"a":[]}}]}},"geometry":'
        f'{{"type":"Point","coordinates":[{random.uniform(-112, -111):.3f},31]}}}}'
        for row in range(rows)
    ]


def _collection(features: list[str]) -> str:
    return (
        '{"type":"FeatureCollection","bbox":[-112,31,-111,32],"name":"features","x":{"features":'
        '[1,2,3]},"features" : [\n' + ",\n".join(features) + "\n]}"
    )


def _untyped_feature(random: Random, path: Path, rows: int) -> None:
    features = _features(random, rows)
    place = random.randrange(rows)
    wrong = random.choice(("null", features[place].replace('"Feature"', '"Other"')))
    features[place] = wrong
    path.write_text(_collection(features))


def _broken_line(random: Random, path: Path, rows: int) -> None:
    lines = _features(random, rows)
    place = random.randrange(1, rows - 1)
    lines[place] = random.choice((lines[place][: random.randint(5, 60)], "[1]", "x", '"a"'))
    path.write_text("\n".join(lines) + "\n")


def _zip(path: Path, rows: int, change: Callable[[dict[str, bytes]], None]) -> None:
    folder = path.parent / "parts"
    folder.mkdir()
    points = [shapely.Point(-111 + row / 100, 31) for row in range(rows)]
    gpd.GeoDataFrame({"a": range(rows)}, geometry=points, crs="EPSG:4326").to_file(folder / "a.shp")
    parts = {one.suffix: one.read_bytes() for one in folder.iterdir()}
    change(parts)
    with zipfile.ZipFile(path, "w") as archive:
        for suffix, content in parts.items():
            archive.writestr(f"a{suffix}", content)


def _short_table(random: Random, path: Path, rows: int) -> None:
    """Cut the .dbf; its header tells of the cut, or of all rows."""

    def change(parts: dict[str, bytes]) -> None:
        table = parts[".dbf"]
        head, size = struct.unpack("<HH", table[8:12])
        left = random.randrange(1, rows)
        stated = struct.pack("<I", random.choice((left, rows)))
        parts[".dbf"] = table[:4] + stated + table[8 : head + left * size]

    _zip(path, rows, change)


def _deleted_rows(random: Random, path: Path, rows: int) -> None:
    """Add rows that are marked as deleted, which are none."""

    def change(parts: dict[str, bytes]) -> None:
        table = bytearray(parts[".dbf"])
        head, size = struct.unpack("<HH", table[8:12])
        table[head + random.randrange(rows) * size] = ord("*")
        parts[".dbf"] = bytes(table)

    _zip(path, rows + 1, change)


def _update_kml(random: Random, path: Path, rows: int) -> None:
    marks = [_MARK] * (rows - 1)
    marks.insert(random.randrange(rows), f"<Update><Create>{_MARK}</Create></Update>")
    path.write_text(_KML.format("".join(marks)))


def _placeless_gpx(random: Random, path: Path, rows: int) -> None:
    marks = ['<wpt lat="31" lon="-111"/>'] * (rows - 1)
    marks.insert(random.randrange(rows), "<wpt/>")
    path.write_text(_GPX.format("".join(marks)))


def _text_of(build: Callable[[Random, int], str]) -> Make:
    return lambda random, path, rows: path.write_text(build(random, rows)) and None


def _saved(random: Random, path: Path, rows: int) -> None:
    points = [shapely.Point(-111 + row / 100, random.uniform(31, 32)) for row in range(rows)]
    frame = gpd.GeoDataFrame({"a": range(rows)}, geometry=points, crs="EPSG:4326")
    frame.to_parquet(path) if path.suffix == ".parquet" else frame.to_file(path)


def _sheet(random: Random, path: Path, rows: int) -> None:
    """Write a workbook with a blank row in its middle."""
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["lat", "lon", "a"])
    for row in range(rows):
        sheet.append([31, -111, random.random()])
        if row == rows // 2:
            sheet.append([])
    book.save(path)


def _folders(random: Random, rows: int) -> str:
    return _KML.format(f"<Folder><name>a</name>{_MARK * rows}</Folder>")


LACKING: dict[str, Make] = {
    "open quote.csv": _open_quote,
    "two quotes.csv": _two_quotes,
    "feature of another type.geojson": _untyped_feature,
    "broken line.geojsonl": _broken_line,
    "short table.shp.zip": _short_table,
    "update.kml": _update_kml,
    "no place.gpx": _placeless_gpx,
}
"""Files of which records are passed over, by their names."""
WHOLE: dict[str, Make] = {
    "odd lines.csv": _odd_csv,
    "odd texts.geojson": _text_of(lambda random, rows: _collection(_features(random, rows))),
    "blank lines.geojsonl": _text_of(
        lambda random, rows: "\n\n".join(_features(random, rows)) + "\n \n"
    ),
    "separators.geojsons": _text_of(
        lambda random, rows: "".join(f"\x1e{one}\n" for one in _features(random, rows))
    ),
    "deleted rows.shp.zip": _deleted_rows,
    "folder.kml": _text_of(_folders),
    "sound.gpkg": _saved,
    "sound.parquet": _saved,
    "blank row.xlsx": _sheet,
    "sound.gpx": _text_of(lambda _random, rows: _GPX.format('<wpt lat="31" lon="-111"/>' * rows)),
}
"""Sound files, each with what a count could stumble over."""
