"""Publishing a region: its segments, sectors, counties, line, background, places and credits."""

import geopandas as gpd
import pandas as pd

from cop.ingest.geography import build_geography, read_region
from cop.ingest.locate import Locator
from cop.model.region import Region
from cop.store.publication import Publication

DATASETS = ("segments", "sectors", "counties", "line", "background", "places")


def ensure_region(publication: Publication, name: str) -> Locator:
    """Give the locator of the region, building and adding its datasets where they are missing."""
    held = publication.read("region") if publication.holds("region") else None
    if held is None or held["name"].iloc[0] != name:
        publish_region(publication, read_region(name))
    return Locator(**{part: publication.read(part) for part in ("sectors", "counties", "segments")})


def publish_region(publication: Publication, region: Region) -> None:
    """Build a region from the installed packages and add it to a publication."""
    geography = build_geography(region)
    for name in DATASETS:
        frame: gpd.GeoDataFrame = getattr(geography, name)
        publication.replace(name, frame)
    publication.replace(
        "credits",
        pd.DataFrame([credit.model_dump() for credit in geography.attributions]),
    )
    publication.replace(
        "region",
        pd.DataFrame({"name": [region.name], "declared": [region.model_dump_json()]}),
    )
