"""The rasters beside the datasets: immutable files named by content, and how GDAL may read them."""

FOLDER = "rasters"
CLOSED: dict[str, str] = {
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "GDAL_PAM_ENABLED": "NO",
    "PROJ_NETWORK": "OFF",
}
"""GDAL options under which a file is read alone: no sidecar files, no request."""
