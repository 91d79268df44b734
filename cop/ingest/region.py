"""Publishing a region: its segments, sectors, counties, line, background, places and credits."""

import geopandas as gpd
import pandas as pd

from cop.ingest.geography import read_geography, read_region
from cop.ingest.geography.table import TABLES, Progress, show_nothing
from cop.model.region import Region
from cop.settings import DEFAULT_REGION
from cop.store.catalogue.quarantine import quarantined_datasets
from cop.store.catalogue.transaction import WriteTransaction
from cop.store.dataset.locate import Locator, open_locator
from cop.store.dataset.region import check_region


def ensure_region(
    transaction: WriteTransaction, name: str | None, progress: Progress = show_nothing
) -> Locator:
    """Return the locator of the region, adding its datasets where they are missing.

    Without a name it is the warehouse's own, or the default one in a warehouse without any. What
    of it lies in quarantine is added again.
    Raise StoreError where the warehouse holds another region.
    """
    if transaction.has("region"):
        current = read_current_region(transaction)
        check_region(transaction.folder, stored=current.name, requested=name)
        if quarantined_datasets(transaction) & {*TABLES, "credits"}:
            publish_region(transaction, current, progress)
    else:
        publish_region(transaction, read_region(name or DEFAULT_REGION), progress)
    counties = transaction.intact("counties") if transaction.has("counties") else None
    return open_locator(*(transaction.require(name) for name in ("sectors", "segments")), counties)


def read_current_region(transaction: WriteTransaction) -> Region:
    """Read the region of the warehouse, stored or about to be."""
    return Region.model_validate_json(transaction.read("region")["declared"].iloc[0])


def publish_region(
    transaction: WriteTransaction, region: Region, progress: Progress = show_nothing
) -> None:
    """Add a region's geography, shipped or built, to a transaction."""
    geography = read_geography(region, progress)
    for name in TABLES:
        frame: gpd.GeoDataFrame = getattr(geography, name)
        transaction.replace(name, frame)
    transaction.replace(
        "credits",
        pd.DataFrame([credit.model_dump() for credit in geography.attributions]),
    )
    transaction.replace(
        "region",
        pd.DataFrame({"name": [region.name], "declared": [region.model_dump_json()]}),
    )
