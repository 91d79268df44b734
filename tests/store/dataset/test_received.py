"""Tests of what partners gave: their rows, and which of them the picture shows."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from cop.errors import StoreError
from cop.ingest.marking import change_marking
from cop.store.dataset.received import local_source, name_event, received_name
from tests.support.invoked import invoke
from tests.support.partner import MADE_AT, Office, open_office
from tests.support.record import make_frame

pytestmark = pytest.mark.exchange
HOUR = timedelta(hours=1)


@pytest.fixture
def offices(bare_warehouse: Path, tmp_path: Path) -> Iterator[tuple[Office, Office, Office]]:
    found = [open_office(bare_warehouse, tmp_path, code) for code in ("JTF", "DPS", "CBP")]
    for office in found:
        for other in found:
            if office is not other:
                office.meet(other, highest="TLP:AMBER")
    yield found[0], found[1], found[2]
    for office in found:
        office.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "packages"
    path.mkdir()
    return path


def test_a_source_of_another_agency_has_an_id_of_its_own() -> None:
    assert local_source("SO-1", "own") == "so-1--own"
    long = "s" * 60
    names = {local_source("DPS", long), local_source("DPS", long[:-1]), local_source("CBP", long)}
    assert len(names) == 3
    assert {len(name) for name in names} == {60}
    assert received_name("SO-1") == "received_so_1"
    # A code may have two dashes, too.
    assert local_source("SO", "a--own") != local_source("SO--A", "own")


def test_an_event_has_the_id_that_a_load_would_give_it(
    offices: tuple[Office, Office, Office], folder: Path
) -> None:
    own, other, _ = offices
    own.publish(make_frame(2, source_id=["r0", "r1"]))
    other.take(own.give(other, folder, at=MADE_AT), at=MADE_AT)
    for event_id, source, record in other.rows("event_id", "source", "source_id"):
        assert event_id == name_event(source, record)
    frame = make_frame(1, source_id=["r0"])
    own.publish(frame, source="again")
    ((event_id,),) = own.warehouse.query(
        "SELECT event_id FROM read_parquet($files) WHERE source = 'again'",
        {"files": list(own.warehouse.snapshot.catalogue.event_files)},
    )
    assert event_id == name_event("again", "r0")


def test_a_marking_that_was_raised_here_stays_until_theirs_is_higher(
    offices: tuple[Office, Office, Office], folder: Path
) -> None:
    own, other, _ = offices
    own.publish(make_frame(2, source_id=["r0", "r1"], marking="TLP:CLEAR"))
    other.take(own.give(other, folder, at=MADE_AT), at=MADE_AT)
    change_marking(other.settings, "jtf--own", "TLP:GREEN", by="Ana")
    for number, (stated, shown) in enumerate(
        (("TLP:CLEAR", "TLP:GREEN"), ("TLP:AMBER", "TLP:AMBER"))
    ):
        own.publish(make_frame(2, source_id=["r0", "r1"], marking=stated, count=5 + number))
        at = MADE_AT + (1 + number) * HOUR
        other.take(own.give(other, folder, at=at), at=at)
        assert other.rows("count", "marking") == [(5 + number, shown)] * 2


def test_a_marking_that_was_raised_here_is_there_when_a_record_comes_again(
    offices: tuple[Office, Office, Office], folder: Path
) -> None:
    own, other, _ = offices
    own.publish(make_frame(2, source_id=["r0", "r1"], marking="TLP:CLEAR"))
    other.take(own.give(other, folder, at=MADE_AT), at=MADE_AT)
    other.warehouse.refresh()
    record = other.rows("source_id")[0][0]
    change_marking(other.settings, "jtf--own", "TLP:GREEN", record=record, by="Ana")
    for hours, parts in ((1, ()), (2, ("events",))):
        own.room.partners.change("DPS", rules={"parts": parts})
        at = MADE_AT + hours * HOUR
        other.take(own.give(other, folder, at=at), at=at)
    assert sorted(marking for (marking,) in other.rows("marking")) == ["TLP:CLEAR", "TLP:GREEN"]
    assert (record, "TLP:GREEN") in other.rows("source_id", "marking")


def test_what_a_partner_gave_is_lost_and_given_again(
    offices: tuple[Office, Office, Office], folder: Path
) -> None:
    """What went in between goes here as well, though nothing says any more that it was theirs."""
    own, other, _ = offices
    own.publish(make_frame(3, source_id=["r0", "r1", "r2"], marking="TLP:CLEAR"))
    other.take(own.give(other, folder, at=MADE_AT), at=MADE_AT)
    own.take(other.give(own, folder, at=MADE_AT), at=MADE_AT)
    change_marking(other.settings, "jtf--own", "TLP:GREEN", by="Ana")
    other.warehouse.refresh()
    path = Path(other.warehouse.snapshot.catalogue.files_of("received_jtf")[0])
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    own.remove(["r1"])
    delta = own.give(other, folder, at=MADE_AT + HOUR)
    with pytest.raises(StoreError, match=r"is damaged, .*cop doctor --repair"):
        other.take(delta, at=MADE_AT + HOUR)
    assert invoke("doctor", "--repair", "--data", other.settings.data).exit_code in (0, 1)
    with pytest.raises(StoreError, match="in quarantine: ask it for everything"):
        other.take(delta, at=MADE_AT + HOUR)
    whole = own.give(other, folder, at=MADE_AT + HOUR, whole=True)
    other.take(whole, at=MADE_AT + HOUR)
    assert other.rows("source", "marking") == [("jtf--own", "TLP:GREEN")] * 2


def test_only_months_of_what_changed_are_written_anew(
    offices: tuple[Office, Office, Office], folder: Path
) -> None:
    own, other, _ = offices
    moments = [MADE_AT - timedelta(days=days) for days in (100, 60, 1)]
    own.publish(make_frame(3, source_id=["r0", "r1", "r2"], occurred_at=moments))
    other.take(own.give(other, folder, at=MADE_AT), at=MADE_AT)
    before = {*other.warehouse.snapshot.catalogue.event_files}
    own.publish(make_frame(1, source_id=["r1"], occurred_at=moments[1:2], count=9))
    taken = other.take(own.give(other, folder, at=MADE_AT + HOUR), at=MADE_AT + HOUR)
    assert (taken.counts.added, taken.counts.changed) == (0, 1)
    after = {*other.warehouse.snapshot.catalogue.event_files}
    assert (len(before - after), len(after - before)) == (1, 1)


def test_a_record_that_moved_to_another_month_is_there_once(
    offices: tuple[Office, Office, Office], folder: Path
) -> None:
    own, other, _ = offices
    for days in (100, 1):
        at = MADE_AT + (101 - days) * HOUR
        moved = MADE_AT - timedelta(days=days)
        own.publish(make_frame(1, source_id=["r0"], occurred_at=moved))
        other.take(own.give(other, folder, at=at), at=at)
    assert other.rows("occurred_at") == [(MADE_AT - timedelta(days=1),)]


def test_a_whole_package_withdraws_what_it_lacks(
    offices: tuple[Office, Office, Office], folder: Path
) -> None:
    own, other, _ = offices
    own.publish(make_frame(3, source_id=["r0", "r1", "r2"]))
    other.publish(make_frame(1, source_id=["mine"]))
    other.take(own.give(other, folder, at=MADE_AT), at=MADE_AT)
    own.remove(["r1"])
    taken = other.take(own.give(other, folder, at=MADE_AT + HOUR, whole=True), at=MADE_AT + HOUR)
    assert (taken.package.withdrawn, taken.counts.withdrawn) == (0, 1)
    assert sorted(source for (source,) in other.rows("source")) == ["jtf--own"] * 2 + ["own"]


def test_where_the_nearer_one_withdraws_the_other_s_row_is_shown(
    offices: tuple[Office, Office, Office], folder: Path
) -> None:
    a, b, c = offices
    a.publish(make_frame(1, source_id=["r0"], marking="TLP:GREEN"))
    b.take(a.give(b, folder, at=MADE_AT), at=MADE_AT)
    c.take(b.give(c, folder, at=MADE_AT), at=MADE_AT)
    c.take(a.give(c, folder, at=MADE_AT), at=MADE_AT)
    b.take(c.give(b, folder, at=MADE_AT), at=MADE_AT)
    a.room.partners.change("CBP", rules={"parts": ()})
    c.room.exchanges.advance("JTF", given=c.room.exchanges.state("JTF").given)
    a.room.exchanges.advance("CBP", confirmed=a.room.exchanges.state("CBP").given)
    taken = c.take(a.give(c, folder, at=MADE_AT + HOUR), at=MADE_AT + HOUR)
    assert taken.package.withdrawn == 1
    # DPS still gives it.
    assert len(c.rows("event_id")) == 1
