"""GDAL in the sandbox: every driver but one is taken away before GDAL is loaded."""

import os
from pathlib import Path

from cop.errors import InputFileError

DRIVERS = (
    "AAIGrid", "ACE2", "ADBC", "ADRG", "AIG", "AirSAR", "AIVector", "AmigoCloud", "Arrow",
    "AVCBin", "AVCE00", "BAG", "BIGGIF", "BLX", "BMP", "BSB", "BT", "BYN", "CAD", "CALS",
    "Carto", "CEOS", "COASP", "COG", "COSAR", "CPG", "CSV", "CSW", "CTable2", "CTG", "DAAS",
    "DERIVED", "DGN", "DIMAP", "DIPEx", "DOQ1", "DOQ2", "DTED", "DXF", "ECRGTOC", "EDIGEO",
    "EEDA", "EEDAI", "EHdr", "EIR", "ELAS", "Elasticsearch", "ENVI", "ERS", "ESAT",
    "ESRI Shapefile", "ESRIC", "ESRIJSON", "FAST", "FIT", "FlatGeobuf", "GDALG", "GenBin",
    "GeoJSON", "GeoJSONSeq", "GeoRSS", "GFF", "GIF", "GML", "GMLAS", "GNMDatabase", "GNMFile",
    "GPKG", "GPSBabel", "GPX", "GRASSASCIIGrid", "GRIB", "GS7BG", "GSAG", "GSBG", "GSC", "GTFS",
    "GTI", "GTiff", "GTX", "GXF", "HDF4", "HDF5", "HDF5Image", "HEIF", "HF2", "HFA", "HTTP",
    "Idrisi", "ILWIS", "IRIS", "ISCE", "ISG", "ISIS2", "ISIS3", "JAXAPALSAR", "JDEM", "JML",
    "JP2OpenJPEG", "JPEG", "JPEGXL", "JSONFG", "KML", "KMLSUPEROVERLAY", "KRO", "L1B", "LAN",
    "LCP", "Leveller", "LIBERTIFF", "LIBKML", "LOSLAS", "LVBAG", "MAP", "MapInfo File", "MapML",
    "MBTiles", "MEM", "Memory", "MFF", "MFF2", "MiraMonVector", "MongoDBv3", "MRF", "MSGN",
    "MSSQLSpatial", "MVT", "MySQL", "NDF", "netCDF", "NGSGEOID", "NGW", "NITF", "NOAA_B",
    "NSIDCbin", "NTv2", "NWT_GRC", "NWT_GRD", "OAPIF", "ODBC", "ODS", "OGCAPI", "OGR_GMT",
    "OGR_PDS", "OGR_VRT", "OpenFileGDB", "OSM", "OZI", "Parquet", "PAux", "PCIDSK", "PCRaster",
    "PDF", "PDS", "PDS4", "PGDUMP", "PGeo", "PLMOSAIC", "PLSCENES", "PMTiles", "PNG", "PNM",
    "PostGISRaster", "PostgreSQL", "PRF", "R", "Rasterlite", "RCM", "RIK", "RMF", "ROI_PAC",
    "RPFTOC", "RRASTER", "RS2", "RST", "S102", "S104", "S111", "S57", "SAFE", "SAGA",
    "SAR_CEOS", "SDTS", "Selafin", "SENTINEL2", "SGI", "SIGDEM", "SNAP_TIFF", "SNODAS",
    "SQLite", "SRP", "SRTMHGT", "STACIT", "STACTA", "SXF", "Terragen", "TGA", "TIL", "TileDB",
    "TopoJSON", "TSX", "USGSDEM", "VDV", "VFK", "VICAR", "VRT", "WAsP", "WCS", "WEBP", "WFS",
    "WMS", "WMTS", "XLS", "XLSX", "XPM", "XYZ", "Zarr", "ZMap",
)  # fmt: skip
"""Every driver that GDAL is known to come with; one missing here is refused when it is met."""
_WRITING = ("GTiff", "COG", "MEM")
_RASTERS = ("GTiff", "DTED", "netCDF")
_QUIET = {
    "GDAL_PAM_ENABLED": "NO",
    "GDAL_CACHEMAX": "64",
    "GDAL_NUM_THREADS": "1",
    "OGR_SQLITE_LOAD_EXTENSIONS": "",
    "PROJ_NETWORK": "OFF",
    "CPL_LOG": "/dev/null",
    "GDAL_DRIVER_PATH": "disable",
    "LIBKML_RESOLVE_STYLE": "NO",
}


def leave_driver(driver: str, scratch: Path) -> None:
    """Leave GDAL with one driver, and load it; raises InputFileError where others remain."""
    left = {driver, *(_WRITING if driver in _RASTERS else ())}
    os.environ["GDAL_SKIP"] = ",".join(name for name in DRIVERS if name not in left)
    os.environ.update(_QUIET, CPL_TMPDIR=str(scratch))
    found = _raster_drivers() if driver in _RASTERS else _vector_drivers()
    if found - left:
        raise InputFileError(
            f"GDAL has drivers that are not known here ({', '.join(sorted(found - left))}), and "
            "nothing is read beside them: add them to cop/ingest/sandbox/driver.py"
        )


def _vector_drivers() -> set[str]:
    import pyogrio

    return set(pyogrio.list_drivers())


def _raster_drivers() -> set[str]:
    import rasterio

    with rasterio.Env() as environment:
        return set(environment.drivers())
