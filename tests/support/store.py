"""Short ways to publish made-up events."""

from pathlib import Path

import pandas as pd

from cop.settings import StoreSettings
from cop.store.merge import MergeCounts, merge_events
from cop.store.publication import open_publication
from cop.store.source import Source, register_source


def publish_events(
    settings: StoreSettings, *frames: pd.DataFrame, source: str = "test", synthetic: bool = False
) -> MergeCounts:
    """Merge frames as one publish, the source registered."""
    with open_publication(settings) as publication:
        counts = merge_events(publication, source, frames)
        register_source(publication, make_source(source, synthetic=synthetic))
        publication.commit("test")
    return counts


def publish_table(settings: StoreSettings, value: int) -> int:
    """Publish a small table beside the events and give the version."""
    with open_publication(settings) as publication:
        publication.replace("thing", pd.DataFrame({"a": [value]}))
        return publication.commit(f"thing {value}")


def make_source(name: str = "test", *, synthetic: bool = False) -> Source:
    """A source of that name."""
    return Source(id=name, title=name.title(), publisher="us", terms="none", synthetic=synthetic)


def files_below(folder: Path) -> set[Path]:
    """Every file of data, drafts too."""
    return {p for p in (folder / "datasets").rglob("*") if p.is_file()}
