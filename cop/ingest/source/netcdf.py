"""NetCDF: a grid, read by GDAL."""

from cop.ingest.source.format import FileFormat

FORMAT = FileFormat(
    id="netcdf",
    title="NetCDF grid",
    kind="raster",
    suffixes=(".nc", ".nc4"),
    magic=(b"CDF\x01", b"CDF\x02", b"CDF\x05", b"\x89HDF\r\n\x1a\n"),
    driver="netCDF",
)
