"""The shared warehouse opened for reading, and saved Pictures to hand out."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from cop.export.brief import HandoutScene
from cop.export.draft import build_draft
from cop.export.handout import open_scene
from cop.model.filter import Filter
from cop.model.moment import utc_now
from cop.model.picture import Picture, Viewpoint
from cop.model.window import TimeWindow
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.catalogue.transaction import open_transaction
from cop.store.dataset.event_merge import merge_events
from cop.store.dataset.source import register_source
from cop.store.room.picture import SavedPictures
from cop.store.warehouse import Warehouse
from tests.support.record import make_frame
from tests.support.store import make_source
from tests.support.warehouse import copy_warehouse


@pytest.fixture(scope="session")
def service(warehouse_dir: Path) -> Iterator[QueryService]:
    """A service over the shared warehouse."""
    warehouse = Warehouse(StoreSettings(data=warehouse_dir))
    yield QueryService(warehouse, tile_cache_mb=64)
    warehouse.close()


HOSTILE = '<img src=x onerror="window.hacked=1">'
FORMULA = '=HYPERLINK("http://192.0.2.1")'


@dataclass(frozen=True)
class Kept:
    """A warehouse with two saved Pictures, one of them with a name that is HTML."""

    folder: Path
    hostile: str
    plain: str


@pytest.fixture(scope="session")
def kept(warehouse_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """Saved Pictures over records whose texts are HTML and a formula. Read it only."""
    folder = copy_warehouse(warehouse_dir, tmp_path_factory.mktemp("kept") / "warehouse")
    settings = StoreSettings(data=folder)
    now = utc_now()
    frame = make_frame(
        n=2,
        source="field",
        occurred_at=now - timedelta(hours=3),
        confidence=[HOSTILE, FORMULA],
        synthetic=True,
    )
    with open_transaction(settings) as transaction:
        merge_events(transaction, "field", [frame])
        title = "Field reports <script>window.hacked=2</script>"
        source = make_source("field", synthetic=True)
        register_source(transaction, source.model_copy(update={"title": title}))
        transaction.commit("field")
    warehouse, saved = Warehouse(settings), SavedPictures(settings)
    service = QueryService(warehouse, tile_cache_mb=64)
    window = TimeWindow(start=now - timedelta(days=7), end=now)
    picture = Picture(filter=Filter(records="synthetic", window=window))
    near = replace(picture, viewpoint=Viewpoint(lat=31.4, lon=-110.9, zoom=9))
    made = [
        saved.save(
            build_draft(service, service.view(shown.filter), shown, author="Avery"), name=name
        )
        for shown, name in ((near, f"Morning {HOSTILE}"), (picture, "Evening Ωmega"))
    ]
    saved.close()
    warehouse.close()
    return Kept(folder, hostile=made[0].id, plain=made[1].id)


@pytest.fixture(scope="session")
def scenes(kept: Kept) -> Iterator[tuple[HandoutScene, HandoutScene]]:
    """The saved Pictures opened for a hand-out: the hostile one near by, the plain one whole."""
    settings = StoreSettings(data=kept.folder)
    warehouse, saved = Warehouse(settings), SavedPictures(settings)
    service = QueryService(warehouse, tile_cache_mb=64)
    yield open_scene(service, saved, kept.hostile), open_scene(service, saved, kept.plain)
    saved.close()
    warehouse.close()
