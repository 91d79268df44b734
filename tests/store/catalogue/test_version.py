"""Tests of one version: its files and the digest that they answer to."""

from datetime import datetime
from pathlib import Path

import pytest

from cop.errors import DatasetMissingError, StoreError
from cop.store.catalogue.version import (
    DATASET_FOLDER,
    CatalogueVersion,
    build_listing,
    check_listing,
)

pytestmark = pytest.mark.store


FOLDER = Path("/data")


def version_of(number: int = 7, **files: tuple[str, ...]) -> CatalogueVersion:
    return CatalogueVersion(version=number, published_at=datetime(2026, 11, 25), files=files)


def path_of(name: str) -> str:
    return str(FOLDER / DATASET_FOLDER / name)


def test_a_dataset_that_is_not_there_is_named_with_those_that_are() -> None:
    catalogue = version_of(sectors=("b",), line=("a",))
    assert catalogue.files_of("line") == ("a",)
    with pytest.raises(DatasetMissingError, match=r"no dataset 'events' at version 7.*line, sec"):
        catalogue.files_of("events")
    with pytest.raises(DatasetMissingError, match="it has: none"):
        version_of().files_of("line")


def test_equal_files_have_an_equal_digest_whatever_the_version() -> None:
    one, other = version_of(1, a=("x", "y"), b=("z",)), version_of(2, a=("y", "x"), b=("w",))
    assert one.digest("a") == other.digest("a")
    assert one.digest("a", "b") != other.digest("a", "b")
    assert one.digest("a") != one.digest("b")
    assert len(one.digest("absent")) == 16
    assert one.digest("absent") == other.digest("absent")


def test_the_folder_of_the_warehouse_is_no_part_of_a_digest() -> None:
    names = ("month=2026-01/1.parquet", "month=2026-02/2.parquet")
    one, other = (
        version_of(events=tuple(f"{folder}/{DATASET_FOLDER}/events/{name}" for name in names))
        for folder in ("/data", "/mnt/datasets/main/events/shared")
    )
    assert one.digest("events") == other.digest("events")
    assert one.digest("events") != version_of(events=one.event_files[:1]).digest("events")


def test_a_listing_is_of_the_paths_below_the_datasets() -> None:
    listing = build_listing(FOLDER, [path_of("b/2.parquet"), path_of("a/1.parquet")])
    moved = Path("/elsewhere")
    files = [moved / DATASET_FOLDER / name for name in ("a/1.parquet", "b/2.parquet")]
    assert build_listing(moved, files) == listing
    assert build_listing(moved, files[:1]) != listing


def test_a_version_that_lists_other_files_is_refused() -> None:
    catalogue = version_of(a=(path_of("a/1.parquet"),))
    listing = build_listing(FOLDER, [path_of("a/1.parquet")])
    check_listing(FOLDER, catalogue, listing)
    with pytest.raises(StoreError, match="version 7 lists other files than it was published with"):
        check_listing(FOLDER, version_of(a=(path_of("a/2.parquet"),)), listing)
    with pytest.raises(StoreError, match="written by an earlier build: version 7"):
        check_listing(FOLDER, catalogue, None)


def test_an_empty_version_needs_no_listing() -> None:
    check_listing(FOLDER, version_of(), None)
