"""Zones: stretches of the line of about 100 km, each of one sector, where people are counted."""

from typing import Final

import pandas as pd

ZONE_SEGMENTS: Final = 20


def name_zones(sectors: pd.Series) -> pd.Series:
    """Return each segment's zone, ``RGV 2``, by its sector; the rows are in the line's order."""
    place = sectors.groupby(sectors).cumcount() // ZONE_SEGMENTS + 1
    return sectors + " " + place.astype(str)
