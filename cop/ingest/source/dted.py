"""DTED: a raster of heights, read by GDAL."""

from cop.ingest.source.format import FileFormat

FORMAT = FileFormat(
    id="dted",
    title="DTED",
    kind="raster",
    suffixes=(".dt0", ".dt1", ".dt2"),
    magic=(b"UHL", b"VOL", b"HDR"),
    driver="DTED",
)
