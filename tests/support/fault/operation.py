"""What is put under fault: a writer's whole work on a warehouse, begun from the same state."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from cop.settings import StoreSettings
from cop.store.compaction import compact
from cop.store.merge import merge_events
from cop.store.publication import open_publication
from cop.store.source import register_source
from tests.support.record import make_frame
from tests.support.store import make_source, publish_events

Operation = Callable[[StoreSettings], object]
ROWS = 120


def publish(settings: StoreSettings) -> None:
    """A new part, a new month, a month with a correction, a table, and a file beside them."""
    frame = _numbered(ROWS + 60).iloc[30:]
    frame.loc[frame.index[:2], "count"] = 9
    with open_publication(settings) as publication:
        publication.keep_file("rejects/test", ".csv", _write_rejects)
        merge_events(publication, "test", [frame])
        publication.replace("thing", pd.DataFrame({"a": [2]}))
        register_source(publication, make_source())
        publication.commit("under fault")


def write_carelessly(settings: StoreSettings) -> None:
    """A file that is shown without a sync, to see that the fault finds it; four steps."""
    draft = settings.data / "careless.part"
    draft.write_bytes(b"careless" * 1000)
    draft.rename(settings.data / "careless.txt")
    (settings.data / "next").touch()


OPERATIONS: dict[str, Operation] = {"publish": publish, "compaction": compact}
CARELESS: dict[str, Operation] = {"careless": write_carelessly}


def prepare(settings: StoreSettings) -> None:
    """The warehouse that every operation begins with: several versions, months and parts."""
    with open_publication(settings) as publication:
        publication.replace("thing", pd.DataFrame({"a": [1]}))
        publication.commit("thing")
    frame = _numbered(ROWS)
    publish_events(settings, frame.iloc[:-4])
    for position in range(ROWS - 4, ROWS):
        publish_events(settings, frame.iloc[position : position + 1])


def _numbered(n: int) -> pd.DataFrame:
    return make_frame(n, source_id=[f"r{i}" for i in range(n)])


def _write_rejects(draft: Path) -> None:
    draft.write_text("row,reason\n2,none\n")
