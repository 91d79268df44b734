"""GeoTIFF: a raster, read by GDAL."""

from cop.ingest.source.format import FileFormat

FORMAT = FileFormat(
    id="geotiff",
    title="GeoTIFF",
    kind="raster",
    suffixes=(".tif", ".tiff"),
    magic=(b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"),
    driver="GTiff",
)
