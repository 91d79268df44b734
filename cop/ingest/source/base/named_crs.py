"""A coordinate system that a stranger's text names: by code, WKT or PROJJSON, nothing else."""

import re
from typing import Any

from pyproj import CRS
from pyproj.exceptions import CRSError

_CODE = re.compile(
    r"(?:urn:ogc:def:crs:)?(EPSG|OGC|ESRI):(?:[\w.]{0,12}:)?(\w{1,12})", re.ASCII | re.IGNORECASE
)
_WKT = re.compile(r"\s*[A-Z_]{6,20}\s*\[", re.ASCII | re.IGNORECASE)


def read_named_crs(given: Any) -> CRS:
    """Return the system; raise CRSError for any other text, as PROJ opens files that one names."""
    if isinstance(given, dict):
        return CRS.from_json_dict(given)
    text = str(given)
    if code := _CODE.fullmatch(text.strip()):
        return CRS.from_authority(code[1].upper(), code[2])
    if _WKT.match(text):
        return CRS.from_wkt(text)
    raise CRSError(f"{text[:80]!r} is no code, WKT or PROJJSON")
