import io
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from cop.export.draft import build_draft
from cop.ingest.marking import change_marking
from cop.layerkind.service.opening import resolve_picture
from cop.model.filter import Filter
from cop.model.picture import Picture
from cop.query.service import QueryService
from cop.query.summary import read_summary
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from tests.support.released import ReleasedEvent, load_events, release_to
from tests.support.warehouse import copy_warehouse

pytestmark = pytest.mark.table


def test_a_draft_has_the_figures_marking_version_and_a_small_map(service: QueryService) -> None:
    picture = Picture(filter=Filter(records="synthetic"))
    draft = build_draft(service, service.view(picture.filter), picture, author="Avery")
    with Image.open(io.BytesIO(draft.thumbnail)) as image:
        assert (image.format, image.size) == ("PNG", (480, 270))
    figures = {figure.title: figure for figure in draft.figures}
    total = read_summary(service, service.view(picture.filter), "kind").total
    assert figures["Events"].amount == total
    assert figures["Events"].value == f"{total:,}"
    watched = figures["24-h coverage"]
    assert watched.amount is not None and watched.value == f"{watched.amount:.0%}"
    assert (draft.version, draft.marking) == (service.warehouse.snapshot.version, "TLP:CLEAR")


@pytest.mark.access
def test_figures_and_map_are_not_for_who_may_not_read_what_they_count(
    bare_warehouse: Path, tmp_path: Path
) -> None:
    """Eight rescues and a death of a county in a month: the death is left out for the sheriff."""
    settings = StoreSettings(data=copy_warehouse(bare_warehouse, tmp_path / "w"))
    kinds = ("death", *["rescue"] * 8)
    at, place = datetime(2026, 3, 3, 4, 5, tzinfo=UTC), {"lon": -103.0, "lat": 28.98}
    events = [
        ReleasedEvent(f"x-{i}", "xsrc", "TLP:GREEN", kind, 1, occurred_at=at, **place)
        for i, kind in enumerate(kinds)
    ]
    load_events(settings, tmp_path, events, marking="TLP:GREEN")
    sheriff = replace(release_to("SO-1", "TLP:GREEN"), smallest_count=5)
    readers = (sheriff, release_to("SO-1", "TLP:GREEN"), release_to("CBP", "TLP:RED"))

    def find_figures(name: str) -> list[float | None]:
        with closing(Warehouse(settings)) as warehouse:
            service, found = QueryService(warehouse, tile_cache_mb=4), []
            for release in readers:
                pictures = service.released_to(release).room.pictures
                (saved,) = [one for one in pictures.list() if one.name == name]
                figures = saved.newest.figures
                assert bool(pictures.thumbnail(saved.id, 1)) == bool(figures)
                found.append(figures[0].amount if figures else None)
            return found

    with closing(Warehouse(settings)) as warehouse:
        whole = QueryService(warehouse, tile_cache_mb=4)
        for release in (sheriff, release_to("CBP")):
            service = whole.released_to(release)
            view, picture = resolve_picture(service, Picture())
            draft = build_draft(service, view, picture, author="Ana")
            service.room.pictures.save(draft, name=release.agency)
    assert find_figures("SO-1") == [8, 8, 8]
    assert find_figures("CBP") == [None, 9, 9]
    change_marking(settings, "xsrc", "TLP:RED", by="Ana")
    assert find_figures("SO-1") == [None, None, 8]
    assert find_figures("CBP") == [None, None, 9]
