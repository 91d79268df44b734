"""Hostile markup: entities, outside references, nesting, and drivers under other names."""

from tests.hostile.archive import packed
from tests.hostile.case import Case, Lure, Make, lured, text

_ENTITIES = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 10))
_LAUGHS = f'<?xml version="1.0"?><!DOCTYPE k [<!ENTITY a0 "ha">{_ENTITIES}]>'
_KML = '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{0}</Document></kml>'
_MARK = (
    "<Placemark><name>{0}</name><description>{1}</description><Point><coordinates>-111,31"
    "</coordinates></Point></Placemark>"
)
_VRT = (
    '<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>{0}</SrcDataSource>'
    "</OGRVRTLayer></OGRVRTDataSource>"
)
_RASTER_VRT = (
    '<VRTDataset rasterXSize="9" rasterYSize="9"><VRTRasterBand dataType="Byte" band="1">'
    "<SimpleSource><SourceFilename>CANARY</SourceFilename></SimpleSource></VRTRasterBand></VRTDataset>"
)
_WMS = (
    '<GDAL_WMS><Service name="WMS"><ServerUrl>ADDRESS/?</ServerUrl><Layers>a</Layers></Service>'
    "<DataWindow><SizeX>9</SizeX><SizeY>9</SizeY></DataWindow></GDAL_WMS>"
)
_FEATURE = (
    '{"type":"Feature","properties":{"a":1},"geometry":{"type":"Point","coordinates":[-111,31]}}'
)
_COT = (
    '<event uid="a" type="a-f-G" time="2026-01-01T00:00:00Z"><point lat="{0}" lon="-111"/></event>'
)


def lured_zip(members: dict[str, str]) -> Make:
    """Make a zip of texts that reach for something."""

    def make(path, lure: Lure) -> None:  # type: ignore[no-untyped-def]
        packed([(n, lured(c, lure).encode()) for n, c in members.items()])(path, lure)

    return make


def workbook(sheet: str) -> Make:
    """Make a workbook around the XML of its sheet."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    return lured_zip(
        {
            "[Content_Types].xml": "<Types/>",
            "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{rel}"><sheets>'
            '<sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>',
            "xl/worksheets/sheet1.xml": sheet,
        }
    )


CASES = (
    Case(
        name="laughs.kml",
        make=text(_LAUGHS + _KML.format(_MARK.format("&a9;", ""))),
        refused="document type or entities",
    ),
    Case(
        name="outside.gpx",
        make=text('<!DOCTYPE g SYSTEM "ADDRESS/x.dtd"><gpx version="1.1"/>'),
        refused="document type or entities",
    ),
    Case(
        name="canary.gpx",
        make=text('<!DOCTYPE g [<!ENTITY c SYSTEM "file://CANARY">]><gpx>&c;</gpx>'),
        refused="document type or entities",
    ),
    Case(
        name="wide.kml",
        make=text((_LAUGHS + "<kml/>").replace("1.0", "1.0", 1), "utf-16"),
        refused="document type or entities|content is no",
    ),
    Case(
        name="laughs.kmz",
        make=packed([("doc.kml", (_LAUGHS + "<kml>&a9;</kml>").encode())]),
        refused="document type or entities",
    ),
    Case(
        name="laughs.xlsx",
        make=workbook(_LAUGHS + "<worksheet>&a9;</worksheet>"),
        refused="document type or entities",
    ),
    Case(
        name="laughs.dpk",
        make=packed([("a.cot", (_LAUGHS + "<event>&a9;</event>").encode())]),
        refused="document type or entities",
    ),
    Case(name="empty.dpk", make=packed([("a.txt", b"x")]), refused="no Cursor-on-Target event"),
    Case(
        name="beyond.dpk",
        make=packed([("a.cot", _COT.format("95").encode()), ("b.cot", _COT.format("31").encode())]),
        flagged=("out_of_bounds",),
        kept=1,
    ),
    Case(
        name="deep.kml",
        make=text("<kml>" + "<Folder>" * 5_000 + "</Folder>" * 5_000 + "</kml>"),
        refused="nested over 200 deep",
    ),
    Case(
        name="link.kml",
        make=text(
            _KML.format(
                "<NetworkLink><Link><href>ADDRESS/a.kml</href></Link></NetworkLink>"
                "<Style id='s'><IconStyle><Icon><href>ADDRESS/i.png</href></Icon></IconStyle>"
                "</Style>" + _MARK.format("a", "b")
            )
        ),
        kept=1,
    ),
    Case(
        name="script.kml",
        make=text(_KML.format(_MARK.format("a", "<![CDATA[<script>alert(1)</script>]]>"))),
        flagged=("markup_text",),
        kept=1,
    ),
    Case(name="vrt.geojson", make=text(_VRT.format("CANARY")), refused="content is no GeoJSON"),
    Case(name="vrt.kml", make=text(_VRT.format("CANARY")), refused="not readable as KML"),
    Case(
        name="curl.gpx",
        make=text(_VRT.format("/vsicurl/ADDRESS/a.gpx")),
        refused="not readable as GPX",
    ),
    Case(name="vrt.gpkg", make=text(_VRT.format("CANARY")), refused="content is no GeoPackage"),
    Case(name="vrt.tif", make=text(_RASTER_VRT), refused="content is no GeoTIFF"),
    Case(name="wms.tif", make=text(_WMS), refused="content is no GeoTIFF"),
    Case(name="wms.kml", make=text(_WMS), refused="not readable as KML"),
    Case(name="wms.nc", make=text(_WMS), refused="content is no NetCDF"),
    Case(
        name="vrt.csv",
        make=text(_VRT.format("CANARY")),
        refused="holds no row",
    ),
    Case(name="page.geojson", make=text("<html><script>1</script>"), refused="content is no"),
    Case(
        name="pipe.geojson",
        make=text(
            '{"type":"gdal_streamed_alg","command_line":"gdal vector pipeline ! read ADDRESS/a ! '
            'write --of stream x"}'
        ),
        refused="not readable as GeoJSON",
    ),
    Case(
        name="esri.json",
        make=text('{"displayFieldName":"a","geometryType":"esriGeometryPoint","features":[]}'),
        refused="not readable as GeoJSON",
    ),
    Case(
        name="topo.json",
        make=text('{"type":"Topology","objects":{"a":{"type":"Point","coordinates":[0,0]}}}'),
        refused="not readable as GeoJSON",
    ),
    Case(
        name="crs.geojson",
        make=text(
            '{"type":"FeatureCollection","crs":{"type":"link","properties":{"href":"ADDRESS/crs",'
            f'"type":"esriwkt"}}}},"features":[{_FEATURE}]}}'
        ),
        flagged=("crs_missing",),
        asked=True,
    ),
    Case(
        name="named.geojson",
        make=text(
            '{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":'
            f'"+init=CANARY:1"}}}},"features":[{_FEATURE}]}}'
        ),
        flagged=("crs_missing",),
        asked=True,
    ),
    Case(name="brackets.geojson", make=text('{"a":' + "[" * 100_000), refused="not readable"),
    Case(
        name="curl.geojsonl",
        make=text('{"type":"FeatureCollection","features":"/vsicurl/ADDRESS/a"}\n'),
        refused="not readable|none of|holds no row",
    ),
)
