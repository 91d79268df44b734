"""Tests of packages on their way: the same bytes while nothing changed, another one otherwise."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from cop.exchange.depot import Depot
from cop.exchange.pending import PendingPackage, pending_package
from tests.support.partner import MADE_AT, Office, open_office
from tests.support.record import make_frame

pytestmark = pytest.mark.exchange


@dataclass(frozen=True)
class Way:
    """An office and its partner, to which packages are on their way."""

    own: Office
    other: Office

    def next(self, at: datetime = MADE_AT) -> PendingPackage | None:
        self.own.warehouse.refresh()
        partner = self.own.room.partners.get(self.other.code)
        return pending_package(self.own.service, partner, "sent", node=self.own.node, now=at)

    @property
    def files(self) -> list[str]:
        folder = Depot.of(self.own.warehouse.folder, self.other.code).folder_of("sent")
        return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def way(bare_warehouse: Path, tmp_path: Path) -> Iterator[Way]:
    own, other = (open_office(bare_warehouse, tmp_path, code) for code in ("JTF", "DPS"))
    own.meet(other)
    other.meet(own)
    own.publish(make_frame(3, source_id=["r0", "r1", "r2"]))
    yield Way(own, other)
    own.close()
    other.close()


def test_what_was_broken_off_goes_on_with_the_same_bytes(way: Way) -> None:
    first = way.next()
    again = way.next(MADE_AT + timedelta(hours=5))
    assert first is not None
    assert again == first
    assert way.files == [first.path.name]
    assert way.other.take(first.path, at=MADE_AT).counts.added == 3


@pytest.mark.parametrize(
    "change",
    [
        lambda way: way.own.publish(make_frame(1, source_id=["r9"])),
        lambda way: way.own.room.partners.change("DPS", rules={"parts": ("events",), "delay_h": 1}),
        lambda way: way.own.room.partners.change("DPS", hop_limit=1),
        lambda way: way.own.room.exchanges.advance("DPS", confirmed=1),
    ],
)
def test_a_change_of_what_it_was_made_from_makes_another(
    way: Way, change: Callable[[Way], object]
) -> None:
    first = way.next()
    change(way)
    second = way.next(MADE_AT + timedelta(minutes=1))
    assert first is not None
    assert second is not None
    assert second.package.number > first.package.number
    assert way.files == [second.path.name]


def test_after_six_hours_another_one_is_made(way: Way) -> None:
    first = way.next()
    second = way.next(MADE_AT + timedelta(hours=6))
    assert first is not None
    assert second is not None
    assert second.package.number > first.package.number


def test_where_nothing_is_new_nothing_is_on_its_way(way: Way) -> None:
    first = way.next()
    assert first is not None
    way.own.room.exchanges.advance("DPS", confirmed=first.package.number)
    before = way.own.room.exchanges.state("DPS")
    for minutes in (1, 2):
        assert way.next(MADE_AT + timedelta(minutes=minutes)) is None
    assert way.files == []
    # Who asks every minute fills no table.
    assert way.own.room.exchanges.state("DPS") == before
    assert way.own.room.exchanges.packages("DPS") == (first.package,)


def test_what_was_given_and_may_not_be_is_taken_back_though_nothing_was_confirmed(
    way: Way,
) -> None:
    first = way.next()
    assert first is not None
    way.other.take(first.path, at=MADE_AT)
    assert len(way.other.rows("event_id")) == 3
    way.own.room.partners.change("DPS", rules={"parts": ()})
    second = way.next(MADE_AT + timedelta(minutes=1))
    assert second is not None
    assert (second.package.since, second.package.n) == (0, 0)
    way.other.take(second.path, at=MADE_AT + timedelta(minutes=1))
    assert way.other.rows("event_id") == []
    way.own.room.exchanges.advance("DPS", confirmed=second.package.number)
    assert way.next(MADE_AT + timedelta(minutes=2)) is None


def test_who_never_gave_anything_gives_no_empty_package(way: Way) -> None:
    way.own.room.partners.change("DPS", rules={"parts": ()})
    assert way.next() is None
    assert way.own.room.exchanges.state("DPS").given == 0
