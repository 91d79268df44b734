"""Tests of what a package shows: counted by hand, and checked as its receiver checks it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cop.errors import PackageError
from cop.exchange.insight import PackageInsight, look_into
from cop.model.moment import utc_now
from cop.model.rfi import RfiPlace
from cop.store.dataset.locate import read_locator
from tests.support.given_layers import convert_here, publish
from tests.support.given_rows import GOOD, SOURCE, craft_package
from tests.support.layer import make_features
from tests.support.partner import MADE_AT, Office, open_office

pytestmark = pytest.mark.exchange
FIRST = GOOD | {"path": ["CBP"]}
ROWS = [
    FIRST,
    FIRST | {"record": "b" * 32, "kind": "rescue", "marking": "TLP:CLEAR", "lon": -110.94,
             "lat": 31.35},
    FIRST | {"record": "c" * 32, "precision": "sector", "origin_source": "drill",
             "synthetic": True},
]  # fmt: skip
SOURCES = (SOURCE, SOURCE | {"id": "drill", "synthetic": True})


@pytest.fixture
def offices(bare_warehouse: Path, tmp_path: Path) -> Iterator[tuple[Office, Office]]:
    found = [open_office(bare_warehouse, tmp_path, code) for code in ("JTF", "CBP")]
    yield found[0], found[1]
    for office in found:
        office.close()


def look(own: Office, other: Office, package: Path, **stated: int) -> PackageInsight:
    return look_into(
        package,
        node=own.node,
        find_sender=lambda code: {"JTF": own, "CBP": other}[code].card(),
        locator=read_locator(own.warehouse.snapshot.catalogue),
        **stated,
    )


def test_records_are_counted_by_what_they_are(
    offices: tuple[Office, Office], tmp_path: Path
) -> None:
    own, other = offices
    found = look(own, other, craft_package(tmp_path, other, own, *ROWS, sources=SOURCES))
    assert found.counts["kind"] == {"crossing": 2, "rescue": 1}
    assert found.counts["marking"] == {"TLP:GREEN": 2, "TLP:CLEAR": 1}
    assert found.counts["precision"] == {"exact": 2, "sector": 1}
    assert found.counts["origin"] == {"CBP": 3}
    # Who is given a sector is told no county.
    assert found.counts["county"] == {"Santa Cruz, AZ": 2, "NONE": 1}
    assert (found.n, found.synthetic, found.withdrawn) == (3, 1, 0)
    assert [source.id for source in found.sources] == ["own", "drill"]


def test_as_many_first_records_as_are_asked_for(
    offices: tuple[Office, Office], tmp_path: Path
) -> None:
    own, other = offices
    package = craft_package(tmp_path, other, own, *ROWS, sources=SOURCES)
    assert len(look(own, other, package, n_first=2).first) == 2
    assert look(own, other, package, n_first=0).first == ()
    assert "attributes" in look(own, other, package).first[0]


def test_looking_changes_nothing(offices: tuple[Office, Office], tmp_path: Path) -> None:
    own, other = offices
    before = own.warehouse.snapshot.version
    look(own, other, craft_package(tmp_path, other, own, *ROWS, sources=SOURCES))
    own.warehouse.refresh()
    assert own.warehouse.snapshot.version == before
    assert own.room.exchanges.packages() == ()


def test_what_its_receiver_would_refuse_is_refused(
    offices: tuple[Office, Office], tmp_path: Path
) -> None:
    own, other = offices
    with pytest.raises(PackageError, match="row 1: kind='war'"):
        look(own, other, craft_package(tmp_path, other, own, FIRST | {"kind": "war"}))


def test_layers_are_listed_as_they_are_stated(bare_warehouse: Path, tmp_path: Path) -> None:
    own, other = (
        open_office(bare_warehouse, tmp_path, code, convert=convert_here) for code in ("JTF", "CBP")
    )
    other.meet(own, parts=("layers",))
    publish(other, make_features(passport_no=["X1234567"] * 4))
    folder = tmp_path / "packages"
    folder.mkdir()
    found = look(own, other, other.give(own, folder, at=MADE_AT))
    assert [(la.given.declared.title, la.file.rows) for la in found.layers] == [("Towers", 4)]
    assert (found.left_out, found.layers_withdrawn) == (("passport_no",), 0)
    (stated,) = found.to_json()["layers"]
    assert (stated["features"], stated["declared"]["marking"]) == (4, "TLP:GREEN")
    own.close()
    other.close()


def test_requests_are_listed_with_the_steps_that_go_along(
    offices: tuple[Office, Office], tmp_path: Path
) -> None:
    own, other = offices
    asked = own.room.rfis.ask(
        server=own.code, asked_from=own.code, asked_of=other.code, asked_by="Ana",
        place=RfiPlace(lon=-110.9, lat=31.3), text="What was seen?", marking="TLP:GREEN",
    )  # fmt: skip
    own.meet(other, highest="TLP:GREEN")
    found = look(own, other, own.give(other, tmp_path, at=utc_now()))
    (request,) = found.requests
    assert (request.question.id, request.question.text) == (asked.id, "What was seen?")
    assert found.to_json()["requests"] == [request.model_dump(mode="json")]
