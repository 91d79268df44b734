"""What is not there has the same words for who reads by a release, withheld or absent."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cop.layerkind.service.layer_list import read_layers
from cop.layerkind.service.status import read_status
from cop.model.picture import Picture
from cop.model.release import Release
from cop.query.absence import describe_absence, name_absence
from cop.query.headline import read_headline
from cop.query.scope import read_scope
from cop.query.service import QueryService
from cop.query.text import format_figure
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from cop.ui.component.context import CONTEXT
from cop.ui.component.overlay import build_map
from tests.support.command import CHECKOUT
from tests.support.released import draw_events, load_events, load_places, load_sensors
from tests.support.signed import signed_context
from tests.support.warehouse import copy_warehouse
from tests.ui.conftest import PATIENCE_SECONDS

pytestmark = pytest.mark.access

NAMED = Release(agency="SO-1", highest="TLP:AMBER")
UNNAMED = Release(agency="SO-1", highest="TLP:AMBER", names_withheld=False)
PAGES = ("Picture", "Coverage", "Alerts", "Forecast", "Sectors")


@pytest.fixture(scope="module")
def sides(
    bare_warehouse: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[QueryService, QueryService]]:
    """A warehouse whose records are all withheld from a sheriff, and one without any."""
    folder = tmp_path_factory.mktemp("absence")
    full = copy_warehouse(bare_warehouse, folder / "full" / "warehouse")
    settings = StoreSettings(data=full)
    load_events(settings, folder, draw_events(30, seed=5, source="falcon"), marking="TLP:RED")
    load_places(settings, folder, [("Ajo", -112.8, 32.3, "TLP:RED")])
    load_sensors(settings, folder, [("T1", -110.0, 31.5, "TLP:RED")])
    with (
        closing(Warehouse(settings)) as first,
        closing(Warehouse(StoreSettings(data=bare_warehouse))) as second,
    ):
        yield QueryService(first, tile_cache_mb=4), QueryService(second, tile_cache_mb=4)


def read_words(service: QueryService) -> dict[str, str]:
    """What is said of events, figures and layers."""
    view = service.view()
    layers = read_layers(service, view).values()
    return {
        "note": build_map(service, view, Picture(), "dark").empty_note,
        "scope": read_scope(service, view).data,
        **{one.key: str(format_figure(one)) for one in read_headline(service, view)},
        **{f"layer {one.id}": read_status(service, view, one).status_note for one in layers},
    }


def test_what_is_absent_is_not_loaded_for_who_reads_everything(
    sides: tuple[QueryService, QueryService],
) -> None:
    words = read_words(sides[1])
    assert words["note"] == "No real records loaded"
    assert words["scope"] == "no records loaded"
    assert words["layer ports"].startswith("unknown: not loaded; load it with")
    assert name_absence(None) == "loaded"


def test_shown_what_is_withheld_has_the_words_of_what_is_absent(
    sides: tuple[QueryService, QueryService],
) -> None:
    withheld, absent = (read_words(one.released_to(UNNAMED)) for one in sides)
    assert withheld == absent
    assert withheld["note"] == "No real records released to SO-1"
    assert withheld["scope"] == "no records released to SO-1"
    assert withheld["layer ports"].startswith("unknown: nothing released to SO-1")
    assert "no records released to SO-1" in withheld["events"]
    assert "loaded" not in " ".join(withheld.values())


def test_sources_that_are_withheld_are_named_where_that_is_told(
    sides: tuple[QueryService, QueryService],
) -> None:
    snapshot = sides[0].released_to(NAMED).snapshot
    words = "No real records released to SO-1 (withheld: Falcon)"
    assert describe_absence(snapshot, "real records") == words
    assert read_words(sides[0].released_to(NAMED))["note"] == words


@pytest.mark.parametrize("name", PAGES)
def test_shown_a_page_of_what_is_withheld_is_that_of_what_is_absent(
    sides: tuple[QueryService, QueryService],
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = []
    for i, service in enumerate(sides):
        folder = tmp_path / str(i)
        folder.mkdir()
        context = signed_context(service, folder, monkeypatch, "viewer", agency="SO-1")
        page = AppTest.from_file(
            str(CHECKOUT / "pages" / f"{name}.py"), default_timeout=PATIENCE_SECONDS
        )
        page.session_state[CONTEXT] = replace(context, service=service.released_to(UNNAMED))
        page.run()
        assert not page.exception
        said.append([str(one.value) for kind in (page.info, page.caption) for one in kind])
    assert said[0] == said[1]
    assert "loaded" not in " ".join(said[0])
