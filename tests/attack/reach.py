"""Files that point elsewhere: one for each way a format can name another file."""

import json
import sqlite3
import struct
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import geopandas as gpd
import h5py
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from cop.model.upload import Choices
from tests.attack.attempt import Attempt, draw_word
from tests.support.raster import write_tiff

_SIDE = 8
_DEGREES = Choices(crs="EPSG:4326")
_KML = '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{0}</Document></kml>'
_MARK = "<Placemark><name>a</name>{0}<Point><coordinates>-111,31</coordinates></Point></Placemark>"
_FEATURE = (
    '{"type":"Feature","properties":{"a":1},"geometry":{"type":"Point","coordinates":[-111,31]}}'
)
_VRT = (
    '<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>{0}</SrcDataSource></OGRVRTLayer>'
    "</OGRVRTDataSource>"
)
_RASTER_VRT = (
    '<VRTDataset rasterXSize="8" rasterYSize="8"><SRS>EPSG:4326</SRS><GeoTransform>-111,0.1,0,32,0,'
    '-0.1</GeoTransform><VRTRasterBand dataType="Byte" band="1" subClass="VRTRawRasterBand">'
    '<SourceFilename relativeToVRT="0">{0}</SourceFilename></VRTRasterBand></VRTDataset>'
)
_ENTITY = '<!DOCTYPE a [<!ENTITY c SYSTEM "file://{0}">]>'
Make = Callable[[Path, Path], None]


def draw_reaching(random: Random, folder: Path) -> Iterator[Attempt]:
    """Draw a file for each way, each with a canary of its own outside of the file."""
    for name, (make, refused, choices) in WAYS.items():
        own = folder / f"{random.randrange(1 << 32):08x}"
        own.mkdir(parents=True)
        secret = "".join(draw_word(random) for _ in range(_SIDE))
        canary = own / f"{draw_word(random)}.txt"
        canary.write_text(secret)
        path = own / f"file{name[name.index('.') :]}"
        make(path, canary)
        yield Attempt(
            way=name, path=path, name=name, refused=refused, secret=secret[:_SIDE].encode(),
            choices=choices,
        )  # fmt: skip


def grid_of(path: Path, add: Callable[[h5py.File], h5py.Dataset | None]) -> None:
    """Write a NetCDF of the HDF5 kind with a variable that is added, if any, as its grid."""
    with h5py.File(path, "w") as file:
        scales = {}
        for name, low, high in (("lat", 32.0, 31.0), ("lon", -111.0, -110.0)):
            scales[name] = file.create_dataset(name, data=np.linspace(low, high, _SIDE))
            scales[name].make_scale(name)
            scales[name].attrs["units"] = np.bytes_(
                f"degrees_{'north' if name == 'lat' else 'east'}"
            )
        grid = add(file)
        if grid is not None:
            for place, name in enumerate(("lat", "lon")):
                grid.dims[place].attach_scale(scales[name])


def _external(path: Path, canary: Path) -> None:
    pieces = [(str(canary), 0, _SIDE * _SIDE)]
    grid_of(path, lambda f: f.create_dataset("v", (_SIDE, _SIDE), dtype="u1", external=pieces))


def _nested(path: Path, canary: Path) -> None:
    pieces = [(str(canary), 0, _SIDE * _SIDE)]
    inner = "a/b/v"
    grid_of(path, lambda f: f.create_dataset(inner, (_SIDE, _SIDE), dtype="u1", external=pieces))


def _relative(path: Path, canary: Path) -> None:
    pieces = [(canary.name, 0, 16), (canary.name, 16, _SIDE * _SIDE - 16)]
    grid_of(path, lambda f: f.create_dataset("v", (_SIDE, _SIDE), dtype="u1", external=pieces))


def _link(path: Path, canary: Path) -> None:
    other = canary.with_suffix(".nc")
    with h5py.File(other, "w") as file:
        file["v"] = np.frombuffer(canary.read_bytes()[: _SIDE * _SIDE], "u1").reshape(_SIDE, _SIDE)

    def add(file: h5py.File) -> None:
        file["v"] = h5py.ExternalLink(str(other), "/v")

    grid_of(path, add)


def _virtual(path: Path, canary: Path) -> None:
    other = canary.with_suffix(".h5")
    with h5py.File(other, "w") as file:
        file["v"] = np.frombuffer(canary.read_bytes()[: _SIDE * _SIDE], "u1").reshape(_SIDE, _SIDE)
    layout = h5py.VirtualLayout((_SIDE, _SIDE), "u1")
    layout[:] = h5py.VirtualSource(str(other), "v", (_SIDE, _SIDE))
    grid_of(path, lambda f: f.create_virtual_dataset("v", layout))


def _based(*statements: str) -> Make:
    """Make a GeoPackage to which statements are added, CANARY standing for the canary."""

    def make(path: Path, canary: Path) -> None:
        frame = gpd.GeoDataFrame({"n": [1]}, geometry=[shapely.Point(-111, 31)], crs="EPSG:4326")
        frame.to_file(path, driver="GPKG", layer="a")
        base = sqlite3.connect(path)
        for statement in statements:
            base.execute(statement.replace("CANARY", str(canary)))
        base.commit()
        base.close()

    return make


_LISTED = (
    "INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES ('v', 'attributes', 'v')"
)
_FORGED = (
    "PRAGMA writable_schema=ON",
    "INSERT INTO sqlite_master VALUES ('table', 'v', 'v', 0, "
    "'CREATE/**/VIRTUAL TABLE v USING VirtualText(''CANARY'', utf8, 0, comma, none, '','')')",
    _LISTED,
)


def _text(content: str) -> Make:
    return lambda path, canary: path.write_text(content.replace("CANARY", str(canary))) and None


def _packed(members: dict[str, str], *, link: str | None = None) -> Make:
    """Make a zip of texts; a member ``link`` is a symbolic link to the canary."""

    def make(path: Path, canary: Path) -> None:
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in members.items():
                written = content.replace("CANARY", str(canary))
                archive.writestr(name.replace("CANARY", str(canary)), written)
            if link is not None:
                one = zipfile.ZipInfo(link)
                one.create_system, one.external_attr = 3, 0o120777 << 16
                archive.writestr(one, str(canary))

    return make


def _sidecar(suffix: str, content: str) -> Make:
    """Make a GeoTIFF with a file beside it that leads to the canary."""

    def make(path: Path, canary: Path) -> None:
        write_tiff(path)
        beside = path.with_name(path.name + suffix)
        beside.write_text(content.replace("CANARY", str(canary)))

    return make


def _parquet(path: Path, canary: Path) -> None:
    """Write a file whose footer says that its columns lie in another."""
    table = pa.table({"lat": [31.0], "lon": [-111.0], "a": ["x"]})
    other = canary.with_suffix(".parquet")
    pq.write_table(pa.table({"lat": [31.0], "lon": [-111.0], "a": [canary.read_text()]}), other)
    found: list[pq.FileMetaData] = []
    pq.write_table(table, path, metadata_collector=found)
    pq.write_table(table, path)
    footer = pq.read_metadata(path)
    footer.set_file_path(str(other))
    footer.write_metadata_file(path)


def _parquet_crs(path: Path, canary: Path) -> None:
    geo = {
        "primary_column": "g",
        "columns": {"g": {"encoding": "WKB", "crs": f"+init={canary}:1"}},
    }
    shape = shapely.to_wkb(shapely.Point(-111, 31))
    table = pa.table({"g": pa.array([shape], pa.binary()), "a": ["x"]})
    pq.write_table(table.replace_schema_metadata({"geo": json.dumps(geo)}), path)


def _workbook(path: Path, canary: Path) -> None:
    """Write a workbook whose cells are formulas over another file."""
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["lat", "lon", "a"])
    sheet.append([31, -111, f"='file://{canary}'#$Sheet1.A1"])
    sheet.append([31, -111, f'=WEBSERVICE("file://{canary}")'])
    book.save(path)


def _foreign_parts(path: Path, canary: Path) -> None:
    """Zip a shapefile whose table lies in another folder, as a link."""
    folder = path.parent / "parts"
    folder.mkdir()
    frame = gpd.GeoDataFrame({"n": [1]}, geometry=[shapely.Point(-111, 31)], crs="EPSG:4326")
    frame.to_file(folder / "a.shp")
    with zipfile.ZipFile(path, "w") as archive:
        for one in ("a.shp", "a.shx", "a.prj"):
            archive.write(folder / one, one)
        link = zipfile.ZipInfo("a.dbf")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        archive.writestr(link, str(canary))


def _classic(path: Path, canary: Path) -> None:
    """Write a classic NetCDF head that goes on as nothing but a path."""
    path.write_bytes(b"CDF\x01" + struct.pack(">I", 0) + str(canary).encode())


_NO_XML = "document type or entities"
WAYS: dict[str, tuple[Make, str | None, Choices]] = {
    "external storage.nc": (_external, "in another file|bubblewrap", _DEGREES),
    "external storage in a group.nc": (_nested, "in another file|bubblewrap", _DEGREES),
    "external storage in pieces.nc": (_relative, "in another file|bubblewrap", _DEGREES),
    "external link.nc": (_link, "link to another file|bubblewrap", _DEGREES),
    "virtual dataset.nc": (_virtual, "virtual dataset|bubblewrap", _DEGREES),
    "classic head.nc": (_classic, "not readable|bubblewrap", _DEGREES),
    "raster VRT.nc": (_text(_RASTER_VRT), "is no NetCDF", _DEGREES),
    "raster VRT.tif": (_text(_RASTER_VRT), "is no GeoTIFF", _DEGREES),
    "raster VRT.dt1": (_text(_RASTER_VRT), "is no DTED", _DEGREES),
    "vector VRT.kml": (_text(_VRT), "not readable as KML", Choices()),
    "vector VRT.gpx": (_text(_VRT), "not readable as GPX", Choices()),
    "vector VRT.geojson": (_text(_VRT), "is no GeoJSON", Choices()),
    "vector VRT.csv": (_text(_VRT.format("CANARY")), "holds no row", Choices()),
    "VRT in a zip.zip": (_packed({"a.vrt": _VRT.format("CANARY")}), "inside", Choices()),
    "VRT as KML in a zip.kmz": (
        _packed({"doc.kml": _VRT.format("CANARY")}), "no KML with a placemark", Choices(),
    ),
    "WMS.tif": (_text("<GDAL_WMS><Service name='TMS'><ServerUrl>file://CANARY</ServerUrl></Service>"
                      "</GDAL_WMS>"), "is no GeoTIFF", _DEGREES),
    "WMTS.kml": (_text("<GDAL_WMTS><GetCapabilitiesUrl>CANARY</GetCapabilitiesUrl></GDAL_WMTS>"),
                 "not readable as KML", Choices()),
    "GTI.gpkg": (_text("<GDALTileIndexDataset><IndexDataset>CANARY</IndexDataset>"
                       "</GDALTileIndexDataset>"), "is no GeoPackage", Choices()),
    "STACIT.geojson": (
        _text('{"type":"FeatureCollection","features":[{"type":"Feature","stac_version":"1.0.0",'
              '"assets":{"a":{"href":"file://CANARY"}},"properties":{},"geometry":{"type":"Point",'
              '"coordinates":[-111,31]}}]}'), None, Choices()),
    "pipeline.json": (
        _text('{"type":"gdal_streamed_alg","command_line":"gdal vector pipeline ! read CANARY ! '
              'write --of stream x"}'), "not readable as GeoJSON", Choices()),
    "layer file.json": (_text('{"type":"CIMLayerDocument","layers":["CIMPATH=CANARY"]}'),
                        "not readable as GeoJSON", Choices()),
    "connection.csv": (_text("NETCDF:CANARY:v\n/vsizip/CANARY\n"), None, Choices()),
    "features elsewhere.geojsonl": (
        _text('{"type":"FeatureCollection","features":"/vsimem/../CANARY"}\n'), None, Choices()),
    "named system.geojson": (
        _text('{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":'
              f'"+init=CANARY:1"}}}},"features":[{_FEATURE}]}}'), None, Choices()),
    "linked system.geojson": (
        _text('{"type":"FeatureCollection","crs":{"type":"link","properties":{"href":'
              f'"file://CANARY"}}}},"features":[{_FEATURE}]}}'), None, Choices()),
    "network link.kml": (
        _text(_KML.format("<NetworkLink><Link><href>CANARY</href></Link></NetworkLink>"
                          + _MARK.format(""))), None, Choices()),
    "style of another file.kml": (
        _text(_KML.format(_MARK.format("<styleUrl>CANARY#s</styleUrl>"))), None, Choices()),
    "schema of another file.kml": (
        _text(_KML.format(_MARK.format("<ExtendedData><SchemaData schemaUrl='CANARY#s'/>"
                                       "</ExtendedData>"))), None, Choices()),
    "picture.kml": (
        _text(_KML.format("<GroundOverlay><Icon><href>CANARY</href></Icon></GroundOverlay>"
                          + _MARK.format("<description><![CDATA[<img src='CANARY'>]]>"
                                         "</description>"))), None, Choices()),
    "entity.kml": (_text(_ENTITY.format("CANARY") + _KML.format(_MARK.format("&c;"))), _NO_XML,
                   Choices()),
    "entity.gpx": (_text(_ENTITY.format("CANARY") + "<gpx version='1.1'>&c;</gpx>"), _NO_XML,
                   Choices()),
    "entity in a zip.kmz": (
        _packed({"doc.kml": _ENTITY.format("CANARY") + _KML.format(_MARK.format("&c;"))}), _NO_XML,
        Choices()),
    "inclusion.kml": (
        _text(_KML.format("<xi:include xmlns:xi='http://www.w3.org/2001/XInclude' href='CANARY' "
                          "parse='text'/>" + _MARK.format(""))), None, Choices()),
    "link.gpx": (
        _text("<gpx version='1.1' xmlns='http://www.topografix.com/GPX/1/1'><wpt lat='31' "
              "lon='-111'><link href='file://CANARY'><text>a</text></link></wpt></gpx>"), None,
        Choices()),
    "entity in a package.dpk": (
        _packed({"a.cot": _ENTITY.format("CANARY") + "<event>&c;</event>"}), _NO_XML, Choices()),
    "manifest.dpk": (
        _packed({"MANIFEST/manifest.xml": "<MissionPackageManifest><Contents><Content zipEntry="
                 "'CANARY'/></Contents></MissionPackageManifest>"}), "no Cursor-on-Target",
        Choices()),
    "formula.xlsx": (_workbook, None, Choices()),
    "entity.xlsx": (
        _packed({"xl/workbook.xml": _ENTITY.format("CANARY") + "<workbook>&c;</workbook>"}),
        _NO_XML, Choices()),
    "absolute name.zip": (_packed({"CANARY": "x", "a.shp": "x"}), "absolute path", Choices()),
    "parent.zip": (_packed({"../../a.shp": "x"}), "leads out of the archive", Choices()),
    "link.zip": (_packed({"a.shp": "x", "a.shx": "x"}, link="a.dbf"), "a link or a device",
                 Choices()),
    "table elsewhere.shp.zip": (_foreign_parts, "a link or a device", Choices()),
    "link in a zip.kmz": (_packed({}, link="doc.kml"), "a link or a device", Choices()),
    "link in a folder.gdb.zip": (_packed({}, link="a.gdb/a00000001.gdbtable"), "a link or a device",
                                 Choices()),
    "view.gpkg": (
        _based("CREATE VIEW v AS SELECT 1 AS fid, readfile('CANARY') AS a", _LISTED),
        "holds views|bubblewrap", Choices(layer="v")),
    "view of pixels.gpkg": (
        _based("CREATE VIEW v AS SELECT 1 AS fid, gdal_get_pixel_value('CANARY', 1, 'pixel', 0, 0) "
               "AS a", _LISTED), "holds views|bubblewrap", Choices(layer="v")),
    "endless view.gpkg": (
        _based("CREATE VIEW v AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) "
               "SELECT x AS fid FROM c", _LISTED), "holds views|bubblewrap", Choices(layer="v")),
    "virtual table.gpkg": (
        _based("CREATE VIRTUAL TABLE v USING fts5(a)"), "virtual tables|bubblewrap", Choices()),
    "forged table.gpkg": (_based(*_FORGED), "virtual tables|damaged|bubblewrap", Choices()),
    "metadata.tif": (
        _sidecar(".aux.xml", "<PAMDataset><Metadata><MDI key='a'>CANARY</MDI></Metadata>"
                 "</PAMDataset>"), None, Choices()),
    "overview.tif": (_sidecar(".ovr", _RASTER_VRT), None, Choices()),
    "mask.tif": (_sidecar(".msk", _RASTER_VRT), None, Choices()),
    "columns elsewhere.parquet": (_parquet, None, Choices()),
    "named system.parquet": (_parquet_crs, None, Choices()),
    "junk.fgb": (_text(_VRT), "is no FlatGeobuf", Choices()),
}  # fmt: skip
"""Each way by the name of its file: how it is made, how it must end if it must, and the choices."""
