"""NetCDF: a grid, looked through for other files before GDAL reads it."""

from pathlib import Path

from cop.ingest.source.format import FileFormat


def check_netcdf(path: Path, file: str) -> None:
    """Raise InputFileError where a NetCDF of the HDF5 kind leads to another file."""
    from cop.ingest.source.base.hdf import check_hdf

    check_hdf(path, file)


FORMAT = FileFormat(
    id="netcdf",
    title="NetCDF grid",
    kind="raster",
    suffixes=(".nc", ".nc4"),
    magic=(b"CDF\x01", b"CDF\x02", b"CDF\x05", b"\x89HDF\r\n\x1a\n"),
    driver="netCDF",
    check=check_netcdf,
    can_reach=True,
)
