"""What a release with rules of giving has of layers: what a package has of them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from cop.layerkind.service.layer_list import read_layers
from cop.model.giving import Giver, GivingRules, Grant
from cop.model.release import Release
from cop.query.given.layer import grant_layers
from cop.query.service import QueryService
from cop.store.dataset.layer import read_layers as read_stored_layers
from cop.store.dataset.schema import LAYERS
from tests.support.given_layers import convert_here, publish
from tests.support.layer import make_features
from tests.support.partner import Office, open_office

pytestmark = pytest.mark.exchange
NOW = datetime(2026, 11, 24, 18, 30)
HOUR = timedelta(hours=1)
NEAR, FAR = shapely.Point(-110.94, 31.4), shapely.Point(-97, 26)
GRANT = Grant(
    code="CBP",
    rules=GivingRules(
        parts=("layers",), highest="TLP:AMBER", counties=("Santa Cruz, AZ",), delay_h=1
    ),
    hop_limit=1,
    giver=Giver(agency="DPS", secret=b"s"),
    latest=NOW - HOUR,
)


@pytest.fixture(scope="module")
def office(bare_warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A server with a layer of its own in part, one elsewhere, and two of a partner."""
    folder = tmp_path_factory.mktemp("granted-layers")
    other, office = (
        open_office(bare_warehouse, folder, code, convert=convert_here) for code in ("JTF", "DPS")
    )
    office.meet(other)
    other.meet(office, parts=("layers",), hop_limit=2, highest="TLP:AMBER")
    publish(other, make_features([NEAR]), title="Open")
    publish(other, make_features([NEAR]), title="Closed", marking="TLP:AMBER")
    packages = folder / "packages"
    packages.mkdir()
    office.take(other.give(office, packages, at=NOW - HOUR), at=NOW - HOUR)
    at = [NOW - 2 * HOUR, NOW, NOW - 2 * HOUR]
    kinds = ["given", "early", "elsewhere"]
    publish(office, make_features([NEAR, NEAR, FAR], occurred_at=at, kind=kinds), title="Part")
    publish(office, make_features([FAR]), title="Elsewhere")
    yield office
    for one in (other, office):
        one.close()


def released(office: Office, **rules: object) -> QueryService:
    grant = replace(GRANT, rules=GRANT.rules.model_copy(update=rules))
    release = Release(agency="CBP", highest="TLP:AMBER", names_withheld=False, grant=grant)
    return office.service.released_to(release)


def test_layers_have_the_features_that_a_package_has(office: Office) -> None:
    service = released(office)
    snapshot = service.snapshot
    found = {layer.declared.title: layer for layer in snapshot.uploaded.values()}
    assert {title: layer.content.n for title, layer in found.items()} == {
        "Part": 1,
        "Open (JTF)": 1,
    }
    for layer in found.values():
        (file,) = snapshot.catalogue.files_of(layer.name)
        assert len(gpd.read_parquet(file)) == 1
    plain = office.service.released_to(Release(agency="CBP", highest="TLP:AMBER"))
    with office.warehouse.cursor() as cursor:
        given = grant_layers(cursor, plain, GRANT, giver=GRANT.giver, now=NOW)
    assert {(one.given.declared.title, one.n) for one in given} == {("Part", 1), ("Open", 1)}
    assert found["Part"].content.newest == NOW - 2 * HOUR


def test_nothing_tells_of_the_features_that_are_not_given(office: Office) -> None:
    service = released(office)
    catalogue = service.snapshot.catalogue
    with office.warehouse.cursor() as cursor:
        stored = read_stored_layers(cursor, catalogue.files_of(LAYERS))
    assert stored == dict(service.snapshot.uploaded)
    read = b"".join(Path(file).read_bytes() for files in catalogue.files.values() for file in files)
    texts = [str(row) for row in stored.values()]
    assert not [text for text in texts if "elsewhere" in text or "early" in text]
    assert b"Elsewhere" not in read
    names = {state.source.title for state in service.snapshot.sources.values()}
    assert names == {"Part", "Open (JTF)"}


def test_they_are_drawn(office: Office) -> None:
    service = released(office)
    titles = {layer.title for layer in read_layers(service, service.view()).values()}
    assert {"Part", "Open (JTF)"} <= titles
    assert not {"Elsewhere", "Closed (JTF)"} & titles


def test_without_exact_positions_there_are_none(office: Office) -> None:
    service = released(office, precision="segment")
    assert service.snapshot.uploaded == {}
    assert not [name for name in service.snapshot.catalogue.files if name.startswith("layer_")]


def test_a_whole_layer_stays_as_it_is(office: Office) -> None:
    service = released(office, counties=())
    found = {layer.declared.title: layer for layer in service.snapshot.uploaded.values()}
    stored = {la.declared.title: la for la in office.warehouse.snapshot.uploaded.values()}
    assert found["Elsewhere"] == stored["Elsewhere"]
