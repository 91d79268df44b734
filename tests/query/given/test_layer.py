"""Tests of which layers a partner is given by its rules, and of their files."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from cop.errors import PartnerError
from cop.exchange.key import read_keys
from cop.model.giving import Giver, GivingRules
from cop.model.partner import Partner
from cop.query.given import layer as granting
from cop.query.given.event import release_for
from cop.query.given.layer import GrantedLayer, WrittenLayer, grant_layers, write_layers
from tests.support.given_layers import publish
from tests.support.layer import make_features
from tests.support.partner import MADE_AT, Office, open_office

pytestmark = pytest.mark.exchange
MIXED = (shapely.Point(-110.94, 31.4), shapely.box(-114, 31, -113, 32), shapely.Point(-97, 26))


@pytest.fixture(scope="module")
def office(bare_warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    office = open_office(bare_warehouse, tmp_path_factory.mktemp("layers"), "JTF")
    publish(office, make_features(MIXED, n=[1, 2, 3]))
    publish(office, make_features(), title="Theirs", marking="TLP:AMBER//REL TO CBP")
    publish(office, make_features(), title="Secret", marking="TLP:RED")
    yield office
    office.close()


def partner_of(office: Office, **rules: object) -> Partner:
    stated = {"parts": ("layers",), "highest": "TLP:AMBER", **rules}
    card = read_keys(office.settings).card("DPS", "Office")
    return Partner(card=card, rules=GivingRules(**stated), hop_limit=2, added_at=MADE_AT)


def grant(office: Office, secret: bytes = b"s", **rules: object) -> tuple[GrantedLayer, ...]:
    partner = partner_of(office, **rules)
    service = office.service.released_to(release_for(partner))
    with office.warehouse.cursor() as cursor:
        giver = Giver(agency="JTF", secret=secret)
        return grant_layers(cursor, service, partner, giver=giver, now=MADE_AT)


def test_what_is_released_is_given_and_says_whose_it_is(office: Office) -> None:
    (found,) = grant(office)
    given = found.given
    assert (given.declared.title, found.n, given.dated) == ("Towers", 3, True)
    assert (given.origin, given.path, given.hops_left) == ("JTF", ("JTF",), 1)
    assert [column.name for column in given.columns] == ["n"]
    assert given.declared.style is not None


def test_the_record_hides_the_id(office: Office) -> None:
    (one,), (other,) = grant(office), grant(office, b"t")
    assert one.given.record != other.given.record
    ids = [layer.id for layer in office.warehouse.snapshot.uploaded.values()]
    assert not [own for own in ids if own in one.given.model_dump_json()]


@pytest.mark.parametrize(
    ("rules", "n"),
    [
        ({"parts": ("events",)}, []),
        ({"precision": "1km"}, []),
        ({"precision": "sector"}, []),
        ({"highest": "TLP:CLEAR"}, []),
        ({"counties": ("Santa Cruz, AZ",)}, [1]),
        ({"counties": ("Santa Cruz, AZ", "Pima, AZ"), "margin_km": 30}, [2]),
        ({"counties": ("El Paso, TX",)}, []),
        ({"kinds": ("rescue",), "smallest_count": 500}, [3]),
    ],
)
def test_rules_narrow_it(office: Office, rules: dict[str, object], n: list[int]) -> None:
    assert [layer.n for layer in grant(office, **rules)] == n


def test_a_style_by_values_is_given_with_the_whole_layer_alone(
    bare_warehouse: Path, tmp_path: Path
) -> None:
    """Its classes name values of features that are not given."""
    office = open_office(bare_warehouse, tmp_path, "JTF")
    publish(office, make_features(MIXED, kind=["here", "elsewhere", "far"]))
    publish(office, make_features(MIXED), title="Plain", style={"fill": "#ff0000"})
    county = {"counties": ("Santa Cruz, AZ",)}
    whole = {la.given.declared.title: la.given.declared.style for la in grant(office)}
    part = {la.given.declared.title: la.given.declared.style for la in grant(office, **county)}
    assert "elsewhere" in whole["Towers"].model_dump_json()
    assert (part["Towers"], part["Plain"]) == (None, whole["Plain"])
    office.close()


def test_more_than_a_package_takes_is_refused(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(granting, "MOST_LAYERS", 0)
    with pytest.raises(PartnerError, match="1 layers would be given to DPS; at most 0"):
        grant(office)


def write(office: Office, folder: Path, **rules: object) -> WrittenLayer:
    with office.warehouse.cursor() as cursor:
        (found,) = write_layers(cursor, grant(office, **rules), folder)
    return found


def test_a_file_has_the_features_and_its_hash_follows_them(office: Office) -> None:
    folder = office.settings.data / "exchange" / "out"
    found = write(office, folder)
    frame = gpd.read_parquet(found.path)
    assert [*frame.columns] == ["feature_id", "occurred_at", "n", "geometry"]
    assert frame["n"].to_list() == [1, 2, 3]
    assert frame.crs == "EPSG:4326"
    assert [a.equals(b) for a, b in zip(frame.geometry, MIXED, strict=True)] == [True] * 3
    assert write(office, folder).hash == found.hash
    assert write(office, folder, counties=("Santa Cruz, AZ",)).hash != found.hash


def test_without_a_delay_what_is_still_to_come_is_given_as_well(
    bare_warehouse: Path, tmp_path: Path
) -> None:
    office = open_office(bare_warehouse, tmp_path, "JTF")
    at = [MADE_AT - timedelta(hours=2), MADE_AT - timedelta(minutes=5), MADE_AT + timedelta(days=9)]
    publish(office, make_features(MIXED, occurred_at=at))
    assert [layer.n for layer in grant(office)] == [3]
    assert [layer.n for layer in grant(office, delay_h=1)] == [1]
    office.close()
