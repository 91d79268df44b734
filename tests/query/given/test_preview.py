"""Tests of what a partner would get: counted by hand from the events that are published."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cop.exchange.key import read_keys
from cop.model.giving import GivingRules
from cop.model.partner import Partner
from cop.model.release import Release
from cop.query.given import preview as previewing
from cop.query.given.event import release_for
from cop.query.given.preview import GivenPreview, LayerPreview, preview_given
from cop.settings import StoreSettings
from tests.store.given.test_event import build_events, readable_by
from tests.support.given_layers import publish
from tests.support.layer import make_features
from tests.support.partner import MADE_AT, Office, make_node, open_office

pytestmark = pytest.mark.exchange


@pytest.fixture(scope="module")
def office(bare_warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    office = open_office(bare_warehouse, tmp_path_factory.mktemp("preview"), "JTF")
    office.publish(build_events())
    yield office
    office.close()


def preview(
    office: Office, folder: Path, own: Release | None = None, **rules: object
) -> GivenPreview:
    stated = {"parts": ("events",), "highest": "TLP:AMBER", **rules}
    if not (folder / "DPS").exists():
        make_node(folder, "DPS")
    keys = read_keys(StoreSettings(data=folder / "DPS"))
    partner = Partner(
        card=keys.card("DPS", "Office DPS"), rules=GivingRules(**stated), added_at=MADE_AT
    )
    service = office.service.released_to(own)
    return preview_given(service, partner, release_for(partner), agency="JTF", now=MADE_AT)


def test_it_counts_what_would_be_given(office: Office, tmp_path: Path) -> None:
    found, expected = preview(office, tmp_path), readable_by("DPS")
    assert (found.n, found.n_stored) == (len(expected), len(build_events()))
    assert found.by_kind == expected["kind"].value_counts().to_dict()
    assert found.by_marking == expected["marking"].value_counts().to_dict()
    assert found.by_source == {"own": len(expected)}
    assert (found.n_synthetic, found.n_passed_on) == (0, 0)
    assert found.oldest == expected["occurred_at"].min()
    assert found.newest == expected["occurred_at"].max()
    by_place = expected.groupby(["lon", "lat"]).size()
    assert {(lon, lat): n for lon, lat, n in found.places} == by_place.to_dict()
    assert found.area is None


def test_it_counts_nothing_that_its_viewer_may_not_read(office: Office, tmp_path: Path) -> None:
    own = Release(agency="SO-1", highest="TLP:GREEN")
    found, low = preview(office, tmp_path, own), readable_by("DPS", highest=1)
    assert found.by_marking == low["marking"].value_counts().to_dict()
    assert found.n == len(low) > 0


def test_many_places_are_counted_by_cells(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(previewing, "MOST_PLACES", 2)
    found = preview(office, tmp_path, kinds=("crossing",))
    assert found.places[:, 2].sum() == found.n > 0


def test_nothing_given_is_no_place(office: Office, tmp_path: Path) -> None:
    found = preview(office, tmp_path, parts=())
    assert (found.n, found.places.shape, found.newest) == (0, (0, 3), None)


def test_the_area_is_that_of_the_counties(office: Office, tmp_path: Path) -> None:
    found = preview(office, tmp_path, counties=("Santa Cruz, AZ",), margin_km=10)
    west, south, east, north = found.area.bounds
    assert west < -110.94 < east
    assert south < 31.35 < north
    assert found.by_source == {"own": (readable_by("DPS")["county"] == "Santa Cruz, AZ").sum()}


def test_it_counts_the_layers_that_would_be_given(bare_warehouse: Path, tmp_path: Path) -> None:
    office = open_office(bare_warehouse, tmp_path, "JTF")
    publish(office, make_features(), synthetic=True)
    publish(office, make_features(), title="Secret", marking="TLP:RED")
    parts = ("events", "layers")
    found = preview(office, tmp_path, parts=parts, delay_h=0)
    assert found.layers == (
        LayerPreview(title="Towers", origin="JTF", n=4, marking="TLP:GREEN", synthetic=True),
    )
    assert (found.markings, found.is_partly_synthetic) == (("TLP:GREEN",), True)
    for less in ({"parts": ("events",)}, {"precision": "1km"}, {"counties": ("Cochise, AZ",)}):
        given = preview(office, tmp_path, **{"parts": parts} | less).layers
        assert [layer.n for layer in given] == ([2] if "counties" in less else [])
    office.close()
