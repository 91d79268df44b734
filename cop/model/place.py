"""Places in the formats of the trade: latitude and longitude, MGRS."""

from functools import cache

from mgrs import MGRS

from cop.model.tile import MAX_LATITUDE

_MGRS_DIGITS = 5
_NO_LATITUDE = 1e-7
"""Degrees, 1 cm."""


@cache
def grid_converter() -> MGRS:
    """Return the one converter between degrees and MGRS."""
    return MGRS()


def format_mgrs(lat: float, lon: float, *, digits: int = _MGRS_DIGITS) -> str:
    """Write EPSG:4326 degrees as MGRS, ``12R VV 48123 31245``; 5 digits are 1 m, 3 are 100 m.

    Beyond the latitudes of UTM (84 N, 80 S) the polar grid has another shape: it is given whole.
    """
    if -_NO_LATITUDE < lat < 0:
        lat = 0.0  # the converter rounds its northing up to a square that does not exist
    text = str(grid_converter().toMGRS(lat, lon, MGRSPrecision=digits))
    if abs(lat) > MAX_LATITUDE - 5.5 or not text[:1].isdigit():
        return text
    grid = len(text) - 2 * digits - 2
    zone, square, numbers = text[:grid], text[grid : grid + 2], text[grid + 2 :]
    return f"{zone} {square} {numbers[:digits]} {numbers[digits:]}".strip()


def mgrs_digits(uncertainty_m: float) -> int:
    """Return the MGRS digits that an uncertainty in meters supports (5 = 1 m ... 1 = 10 km)."""
    for digits, cell_m in ((5, 10.0), (4, 100.0), (3, 1_000.0), (2, 10_000.0)):
        if uncertainty_m < cell_m:
            return digits
    return 1


def format_lat_lon(lat: float, lon: float) -> str:
    """Write degrees with five decimals (about 1 m) and hemispheres: ``31.33362 N 110.93748 W``."""
    return f"{abs(lat):.5f} {'N' if lat >= 0 else 'S'} {abs(lon):.5f} {'E' if lon >= 0 else 'W'}"
