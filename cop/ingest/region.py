"""Publishing a region: its segments, sectors, counties, line, background, places and credits."""

import geopandas as gpd
import pandas as pd

from cop.ingest.geography import build_geography, read_region
from cop.ingest.locate import Locator
from cop.model.region import Region
from cop.settings import DEFAULT_REGION
from cop.store.publication import Publication
from cop.store.quarantine import quarantined_datasets
from cop.store.region import check_region

DATASETS = ("segments", "sectors", "counties", "line", "background", "places")


def ensure_region(publication: Publication, name: str | None) -> Locator:
    """Give the locator of the region, building and adding its datasets where they are missing.

    Without a name it is the warehouse's own, or the default one in a warehouse without any. What
    of it lies in quarantine is built again.
    Raises StoreError where the warehouse holds another region.
    """
    if publication.holds("region"):
        held = read_held_region(publication)
        check_region(publication.folder, held=held.name, wanted=name)
        if quarantined_datasets(publication) & {*DATASETS, "credits"}:
            publish_region(publication, held)
    else:
        publish_region(publication, read_region(name or DEFAULT_REGION))
    none = gpd.GeoDataFrame({"county": []}, geometry=[], crs="EPSG:4326")
    return Locator(
        sectors=publication.read("sectors"),
        counties=publication.read("counties") if publication.holds("counties") else none,
        segments=publication.read("segments"),
    )


def read_held_region(publication: Publication) -> Region:
    """Read the region that the warehouse holds, or is about to."""
    return Region.model_validate_json(publication.read("region")["declared"].iloc[0])


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
