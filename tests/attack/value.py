"""Files of values that types of numbers do not hold, in every format that has columns."""

import json
import struct
import zipfile
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from random import Random
from xml.sax.saxutils import escape

import geopandas as gpd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from tests.attack.attempt import Attempt

Rows = Sequence[Sequence[str]]
"""Rows of texts, each a number as it is written."""
_ROWS, _COLUMNS = 6, 6
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_KML = '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{0}{1}</Document></kml>'


def draw_values(random: Random, folder: Path) -> Iterator[Attempt]:
    """Draw a file of each format whose columns must come back digit by digit."""
    for name, (write, lacking) in FORMATS.items():
        held = [kind for kind in KINDS if kind != lacking]
        kinds = random.choices(held, k=_COLUMNS)
        rows = [[KINDS[kind](random) for kind in kinds] for _ in range(_ROWS)]
        own = folder / f"{random.randrange(1 << 32):08x}"
        own.mkdir(parents=True)
        path = own / f"file{name[name.index('.') :]}"
        write(path, rows)
        cells = tuple(tuple(row) for row in rows)
        yield Attempt(way=name, path=path, name=name, rows=_ROWS, cells=cells)


def _digits(random: Random, least: int, most: int) -> str:
    size = random.randint(least, most)
    return random.choice("123456789") + "".join(random.choices("0123456789", k=size - 1))


def _mixed(random: Random) -> str:
    return random.choice((_digits(random, 16, 18), f"{_digits(random, 1, 4)}.5", "0"))


KINDS: dict[str, Callable[[Random], str]] = {
    "short": lambda random: _digits(random, 1, 9),
    "negative": lambda random: f"-{_digits(random, 1, 18)}",
    "edge": lambda random: str((1 << 53) + random.randint(-3, 3)),
    "long": lambda random: _digits(random, 16, 18),
    "ids": lambda random: _digits(random, 19, 24),
    "zeros": lambda random: f"00{_digits(random, 1, 20)}",
    "real": lambda random: f"{_digits(random, 1, 4)}.{_digits(random, 1, 9)}",
    "long real": lambda random: f"0.{_digits(random, 18, 22)}",
    "mixed": _mixed,
}
"""How a value of each kind of column is drawn; of fixed width, none is longer than 24 letters."""


def _names(rows: Rows) -> list[str]:
    return [f"c{place}" for place in range(len(rows[0]))]


def _delimited(separator: str) -> Callable[[Path, Rows], None]:
    def write(path: Path, rows: Rows) -> None:
        lines = [["lat", "lon", *_names(rows)], *(["31", "-111", *row] for row in rows)]
        path.write_text("".join(separator.join(line) + "\n" for line in lines))

    return write


def _features(rows: Rows) -> list[str]:
    point = '"geometry":{"type":"Point","coordinates":[-111.12345678901234567,31]}'
    names = _names(rows)
    found = []
    for row in rows:
        cells = ",".join(f'"{name}": {cell}' for name, cell in zip(names, row, strict=True))
        note = json.dumps(f'as text: "{row[0]}", [{row[1]}, {row[1]}]')
        found.append(f'{{"type":"Feature","properties":{{{cells},"note":{note}}},{point}}}')
    return found


def _geojson(path: Path, rows: Rows) -> None:
    path.write_text('{"type":"FeatureCollection","features":[' + ",".join(_features(rows)) + "]}")


def _geojsonl(path: Path, rows: Rows) -> None:
    path.write_text("\n".join(_features(rows)) + "\n")


def _workbook(path: Path, rows: Rows) -> None:
    """Write the XML of a sheet, as a library would round the numbers first."""
    header = "".join(
        f'<c t="inlineStr"><is><t>{n}</t></is></c>' for n in ("lat", "lon", *_names(rows))
    )
    lines = [f"<row>{header}</row>"]
    for row in rows:
        cells = "".join(
            f'<c t="inlineStr"><is><t>{cell}</t></is></c>'
            if cell.startswith("00")
            else f"<c><v>{cell}</v></c>"
            for cell in ("31", "-111", *row)
        )
        lines.append(f"<row>{cells}</row>")
    members = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Override PartName='
        f'"/xl/workbook.xml" ContentType="{_SHEET}.sheet.main+xml"/><Override PartName='
        f'"/xl/worksheets/sheet1.xml" ContentType="{_SHEET}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{_REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_REL}"><sheets>'
        '<sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{_REL}/worksheet" Target='
        '"worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_MAIN}"><sheetData>{"".join(lines)}'
        "</sheetData></worksheet>",
    }  # fmt: skip
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def _geopackage(path: Path, rows: Rows) -> None:
    """Write columns of integers where 64 bits hold all, else of texts."""
    columns: dict[str, list[object]] = {}
    for place, name in enumerate(_names(rows)):
        cells = [row[place] for row in rows]
        is_whole = all(c.lstrip("-").isdigit() and abs(int(c)) < 1 << 63 for c in cells)
        has_zeros = any(c.startswith("0") and c != "0" for c in cells)
        columns[name] = [int(c) for c in cells] if is_whole and not has_zeros else [*cells]
    points = [shapely.Point(-111, 31)] * len(rows)
    gpd.GeoDataFrame(columns, geometry=points, crs="EPSG:4326").to_file(path, driver="GPKG")


def _parquet(path: Path, rows: Rows) -> None:
    columns = {"lat": pa.array([31.0] * len(rows)), "lon": pa.array([-111.0] * len(rows))}
    for place, name in enumerate(_names(rows)):
        cells = [row[place] for row in rows]
        if any(cell.startswith("00") for cell in cells):
            columns[name] = pa.array(cells)
        elif all(cell.isdigit() and int(cell) < 1 << 64 for cell in cells):
            columns[name] = pa.array([int(cell) for cell in cells], pa.uint64())
        else:
            columns[name] = pa.array([Decimal(cell) for cell in cells], pa.decimal256(60, 24))
    pq.write_table(pa.table(columns), path)


def _kml(*types: str) -> Callable[[Path, Rows], None]:
    def write(path: Path, rows: Rows) -> None:
        names = _names(rows)
        fields = "".join(
            f'<SimpleField name="{name}" type="{types[place % len(types)]}"/>'
            for place, name in enumerate(names)
        )
        marks = []
        for row in rows:
            data = "".join(
                f'<SimpleData name="{name}">{escape(cell)}</SimpleData>'
                for name, cell in zip(names, row, strict=True)
            )
            marks.append(
                f"<Placemark><ExtendedData><SchemaData schemaUrl='#s'>{data}</SchemaData>"
                "</ExtendedData><Point><coordinates>-111,31</coordinates></Point></Placemark>"
            )
        schema = f'<Schema id="s" name="s">{fields}</Schema>'
        path.write_text(_KML.format(schema, "".join(marks)))

    return write


def _gpx(path: Path, rows: Rows) -> None:
    names = _names(rows)
    marks = []
    for row in rows:
        cells = "".join(f"<x:{n}>{c}</x:{n}>" for n, c in zip(names, row, strict=True))
        marks.append(f'<wpt lat="31" lon="-111"><extensions>{cells}</extensions></wpt>')
    path.write_text(
        '<gpx version="1.1" creator="a" xmlns="http://www.topografix.com/GPX/1/1" xmlns:x="urn:x">'
        f"{''.join(marks)}</gpx>"
    )


def _shapefile(path: Path, rows: Rows) -> None:
    """Write a DBF whose numbers are 24 letters wide, as its own texts."""
    folder = path.parent / "parts"
    folder.mkdir()
    frame = gpd.GeoDataFrame(geometry=[shapely.Point(-111, 31)] * len(rows), crs="EPSG:4326")
    frame.to_file(folder / "a.shp")
    names, width = _names(rows), 24
    head = struct.pack(
        "<BBBBIHH20x", 3, 126, 1, 1, len(rows), 33 + 32 * len(names), 1 + width * len(names)
    )
    for place, name in enumerate(names):
        cells = [row[place] for row in rows]
        decimals = max(len(cell.partition(".")[2]) for cell in cells)
        kind = b"C" if any(cell.startswith("00") for cell in cells) else b"N"
        head += struct.pack("<11sc4xBB14x", name.encode(), kind, width, decimals)
    body = b"".join(b" " + b"".join(c.rjust(width).encode() for c in row) for row in rows)
    with zipfile.ZipFile(path, "w") as archive:
        for suffix in (".shp", ".shx", ".prj"):
            archive.write(folder / f"a{suffix}", f"a{suffix}")
        archive.writestr("a.dbf", head + b"\r" + body + b"\x1a")


FORMATS: dict[str, tuple[Callable[[Path, Rows], None], str]] = {
    "values.csv": (_delimited(","), ""),
    "values.tsv": (_delimited("\t"), ""),
    "values.xlsx": (_workbook, "long real"),
    "values.geojson": (_geojson, "zeros"),
    "values.geojsonl": (_geojsonl, "zeros"),
    "values.gpkg": (_geopackage, ""),
    "values.parquet": (_parquet, ""),
    "values.kml": (_kml("string"), ""),
    "typed values.kml": (_kml("int", "double", "uint", "float", "short"), ""),
    "values.gpx": (_gpx, ""),
    "values.shp.zip": (_shapefile, ""),
}
"""How each format is written, and the kind of values that it cannot state itself."""
