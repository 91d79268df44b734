"""Tests of what a partner is given by its rules: counted by hand from the events there are."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from secrets import token_hex
from typing import Any

import mgrs
import numpy as np
import pandas as pd
import pytest

from cop.errors import PartnerError
from cop.model.giving import GivingRules
from cop.model.partner import Partner
from cop.query.given.event import grant_events, release_for
from cop.store.engine import fetch, quote
from cop.store.given.event import GRANTED, may_pass_on
from tests.support.partner import MADE_AT, Office, make_node, open_office
from tests.support.record import make_frame

pytestmark = pytest.mark.exchange
N = 12
MARKINGS = [
    "TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER//REL TO DPS", "TLP:AMBER//REL TO CBP",
    "TLP:RED",
]  # fmt: skip


@pytest.fixture(scope="module")
def office(bare_warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A server with events of three kinds, counties, markings and months."""
    office = open_office(bare_warehouse, tmp_path_factory.mktemp("given"), "JTF")
    office.publish(build_events())
    yield office
    office.close()


def build_events() -> pd.DataFrame:
    places = [
        (-110.94, 31.35, "TCA-0040", "TCA", "Santa Cruz, AZ"),
        (-109.55, 31.36, "TCA-0070", "TCA", "Cochise, AZ"),
        (-106.45, 31.77, "EPT-0010", "EPT", "El Paso, TX"),
    ]
    columns = dict(
        zip(
            ("lon", "lat", "segment_id", "sector", "county"), zip(*places, strict=True), strict=True
        )
    )
    repeated = {name: list(cells) * (N // 3) for name, cells in columns.items()}
    return make_frame(
        N, **repeated,
        source_id=[f"r{i}" for i in range(N)],
        kind=["crossing", "rescue", "seizure", "crossing"] * (N // 4),
        marking=MARKINGS * (N // 6),
        occurred_at=[datetime(2026, 9 + i % 3, 10, i) for i in range(N)],
        attributes='{"cause": "heat"}',
    )  # fmt: skip


@dataclass(frozen=True)
class Given:
    """What a partner is given under some rules."""

    office: Office
    partner: Partner
    at: datetime = MADE_AT

    def rows(self, *columns: str) -> list[Any]:
        service = self.office.service.released_to(release_for(self.partner))
        names = ", ".join(map(quote, columns))
        with self.office.warehouse.cursor() as cursor:
            grant_events(cursor, service, self.partner, giver=self.office.node.giver, now=self.at)
            return fetch(cursor, f"SELECT {names} FROM {GRANTED} ORDER BY ALL")


def given(office: Office, folder: Path, code: str = "DPS", **rules: Any) -> Given:
    stated = {"parts": ("events",), "highest": "TLP:AMBER", **rules}
    folder.joinpath(token := token_hex(4)).mkdir()
    card = make_node(folder / token, code).card
    return Given(
        office, Partner(card=card, rules=GivingRules(**stated), added_at=MADE_AT, hop_limit=2)
    )


def test_markings_are_those_that_the_agency_may_read(office: Office, tmp_path: Path) -> None:
    found = {marking for (marking,) in given(office, tmp_path).rows("marking")}
    assert found == {"TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER//REL TO DPS"}
    lower = given(office, tmp_path, "CBP", highest="TLP:GREEN")
    assert {m for (m,) in lower.rows("marking")} == {"TLP:CLEAR", "TLP:GREEN"}


def test_nothing_is_given_until_events_are_named(office: Office, tmp_path: Path) -> None:
    assert given(office, tmp_path, parts=()).rows("marking") == []
    assert given(office, tmp_path, parts=("layers",)).rows("marking") == []


def readable_by(code: str, highest: int = 2) -> pd.DataFrame:
    """The events whose marking admits an agency: by hand, from the text."""
    events = build_events()
    low = ["TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED"][: highest + 1]
    label = events["marking"].str.split("//").str[0]
    named = events["marking"].str.split("REL TO ").str[1]
    return events[label.isin(low) & (named.isna() | (named == code))]


def test_nothing_is_given_before_events_are_named(office: Office, tmp_path: Path) -> None:
    for parts in ((), ("layers",)):
        assert given(office, tmp_path, parts=parts).rows("record") == []


def test_kinds_narrow_it(office: Office, tmp_path: Path) -> None:
    rows = given(office, tmp_path, kinds=("rescue",)).rows("kind")
    assert [*rows] == [("rescue",)] * (readable_by("DPS")["kind"] == "rescue").sum()
    assert rows


def test_counties_narrow_it_and_a_margin_reaches_beyond(office: Office, tmp_path: Path) -> None:
    own = readable_by("DPS")["county"].value_counts()
    near = given(office, tmp_path, counties=("Santa Cruz, AZ",))
    assert len(near.rows("lon")) == own["Santa Cruz, AZ"] > 0
    # 132 km lie between the two places.
    for margin_km, also in ((60.0, 0), (120.0, own["Cochise, AZ"])):
        wider = near.partner.model_copy(
            update={"rules": near.partner.rules.model_copy(update={"margin_km": margin_km})}
        )
        rows = Given(office, wider).rows("lon")
        assert len(rows) == own["Santa Cruz, AZ"] + also, margin_km


def test_a_county_that_there_is_not_is_refused(office: Office, tmp_path: Path) -> None:
    with pytest.raises(PartnerError, match="county 'Elsewhere, AZ' is not in the region: use"):
        given(office, tmp_path, counties=("Elsewhere, AZ",)).rows("lon")


def test_events_are_given_after_a_delay(office: Office, tmp_path: Path) -> None:
    delayed = given(office, tmp_path, delay_h=30 * 24.0)
    latest = MADE_AT - timedelta(days=30)
    due = readable_by("DPS")["occurred_at"] <= latest
    assert 0 < due.sum() < len(due)
    assert len(delayed.rows("lon")) == due.sum()


def test_small_cells_of_what_is_given_are_left_out(office: Office, tmp_path: Path) -> None:
    events = readable_by("DPS")
    month = events["occurred_at"].dt.to_period("M")
    sizes = events.groupby([month, events["county"], events["kind"]]).size()
    rows = given(office, tmp_path, smallest_count=2).rows("record")
    assert len(rows) == sizes[sizes >= 2].sum()
    assert len(rows) < len(events)


def test_nothing_is_given_that_tells_of_our_own_ids(office: Office, tmp_path: Path) -> None:
    given_rows = given(office, tmp_path).rows("record", "origin", "origin_source", "path")
    own = {event_id for (event_id,) in office.rows("event_id")}
    assert not {record for record, *_ in given_rows} & own
    assert {(*rest, tuple(path)) for _, *rest, path in given_rows} == {("JTF", "own", ("JTF",))}
    assert {hops for (hops,) in given(office, tmp_path, "CBP").rows("hops_left")} == {1}


def test_exact_positions_are_given_as_they_are(office: Office, tmp_path: Path) -> None:
    rows = given(office, tmp_path).rows("lon", "lat", "uncertainty_m", "precision", "attributes")
    assert {row[:2] for row in rows} == {
        *zip(build_events()["lon"], build_events()["lat"], strict=True)
    }
    assert {row[2:] for row in rows} == {(50.0, "exact", '{"cause": "heat"}')}


def test_positions_of_1_km_are_middles_of_mgrs_squares(office: Office, tmp_path: Path) -> None:
    """A library of its own finds the square of each event, and its middle."""
    known = mgrs.MGRS()
    expected = set()
    for lon, lat in zip(build_events()["lon"], build_events()["lat"], strict=True):
        square = known.toMGRS(lat, lon, MGRSPrecision=2)
        middle = f"{square[:5]}{square[5:7]}500{square[7:]}500"
        north, east = known.toLatLon(middle)
        expected.add((round(east, 4), round(north, 4)))
    rows = given(office, tmp_path, precision="1km").rows(
        "lon", "lat", "uncertainty_m", "precision", "attributes"
    )
    assert {(round(lon, 4), round(lat, 4)) for lon, lat, *_ in rows} == expected
    assert {row[2:] for row in rows} == {(708.0, "1km", None)}


@pytest.mark.parametrize(("precision", "name"), [("segment", "segment_id"), ("sector", "sector")])
def test_coarser_positions_are_one_point_for_a_segment_or_sector(
    office: Office, tmp_path: Path, precision: str, name: str
) -> None:
    rows = given(office, tmp_path, precision=precision).rows(
        "lon", "lat", "precision", "attributes"
    )
    stored = build_events()
    assert {row[2:] for row in rows} == {(precision, None)}
    assert len({row[:2] for row in rows}) == stored[name].nunique()
    assert not {row[:2] for row in rows} & {*zip(stored["lon"], stored["lat"], strict=True)}
    assert np.isfinite([row[:2] for row in rows]).all()


@pytest.mark.parametrize(
    ("marking", "may"),
    [
        ("TLP:CLEAR", True), ("TLP:GREEN", True), ("TLP:AMBER", False), ("TLP:RED", False),
        ("TLP:AMBER//REL TO DPS", True), ("TLP:AMBER+STRICT//REL TO DPS, JTF", True),
        ("TLP:AMBER//REL TO CBP", False),
    ],
)  # fmt: skip
def test_what_another_originated_is_passed_on_by_tlp_alone(marking: str, may: bool) -> None:
    assert may_pass_on(marking, "DPS") is may


def test_what_seems_to_be_a_partner_s_is_not_given_as_our_own(
    bare_warehouse: Path, tmp_path: Path
) -> None:
    """Its rows may be lost, and with them whose it is and how far it may go."""
    office = open_office(bare_warehouse, tmp_path / "lost", "JTF")
    office.publish(make_frame(2, source_id=["a", "b"]), source="cbp--own")
    office.publish(make_frame(1, source_id=["c"]))
    assert given(office, tmp_path).rows("origin_source") == [("own",)]
    office.close()
