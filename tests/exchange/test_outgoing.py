"""Tests of packages that are given: their numbers, and what a partner is noted to have."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from cop.errors import PartnerError
from cop.exchange.folder import EXCHANGE_FOLDER
from cop.exchange.outgoing import give_package
from cop.exchange.package import open_package
from tests.support.partner import MADE_AT, Office, open_office
from tests.support.record import make_frame

pytestmark = pytest.mark.exchange
HOUR = timedelta(hours=1)


@pytest.fixture
def offices(bare_warehouse: Path, tmp_path: Path) -> Iterator[tuple[Office, Office]]:
    own, other = (open_office(bare_warehouse, tmp_path, code) for code in ("JTF", "DPS"))
    own.meet(other, highest="TLP:AMBER")
    other.meet(own)
    own.publish(make_frame(3, source_id=["r0", "r1", "r2"], marking=MARKINGS))
    yield own, other
    own.close()
    other.close()


MARKINGS = ["TLP:CLEAR", "TLP:AMBER", "TLP:RED"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "packages"
    path.mkdir()
    return path


def confirm(own: Office) -> None:
    own.room.exchanges.advance("DPS", confirmed=own.room.exchanges.state("DPS").given)


def test_a_package_says_what_it_is(offices: tuple[Office, Office], folder: Path) -> None:
    own, other = offices
    path = own.give(other, folder, at=MADE_AT)
    (noted,) = own.room.exchanges.packages("DPS")
    with open_package(
        path, keys=other.node.keys, find_sender=lambda _: own.card(), receiver="DPS", now=MADE_AT
    ) as opened:
        manifest = opened.manifest
    assert (manifest.sender, manifest.receiver, manifest.marking) == ("JTF", "DPS", "TLP:AMBER")
    assert (manifest.since, manifest.has) == (0, 0)
    assert manifest.made_at == MADE_AT
    assert manifest.expires_at == MADE_AT + timedelta(days=30)
    assert manifest.version == own.warehouse.snapshot.version
    assert {file.name: file.rows for file in manifest.files} == {
        "events.parquet": 2, "sources.json": 1,
    }  # fmt: skip
    assert (noted.number, noted.n, noted.digest) == (manifest.number, 2, opened.digest)


def test_numbers_grow_with_time_also_after_a_restore(
    offices: tuple[Office, Office], folder: Path
) -> None:
    """A server that was set back must not give a number that its partner has had."""
    own, other = offices
    own.give(other, folder, at=MADE_AT)
    own.give(other, folder, at=MADE_AT)
    first, second = sorted(p.number for p in own.room.exchanges.packages("DPS"))
    assert second == first + 1
    own.room.exchanges.advance("DPS", given=0, given_state=None, confirmed=0)
    own.give(other, folder, at=MADE_AT + HOUR)
    assert own.room.exchanges.state("DPS").given == first + 3_600


def test_a_delta_follows_what_was_confirmed(offices: tuple[Office, Office], folder: Path) -> None:
    own, other = offices
    own.give(other, folder, at=MADE_AT)
    own.publish(make_frame(1, source_id=["r9"]))
    for expected_since, expected_n in ((0, 3), ("given", 0)):
        own.give(other, folder, at=MADE_AT + HOUR)
        newest = own.room.exchanges.packages("DPS")[0]
        since = 0 if expected_since == 0 else own.room.exchanges.state("DPS").confirmed
        assert (newest.since, newest.n) == (since, expected_n)
        confirm(own)
    own.give(other, folder, at=MADE_AT + HOUR, whole=True)
    assert own.room.exchanges.packages("DPS")[0].n == 3


def test_where_the_state_is_lost_or_changed_everything_is_given(
    offices: tuple[Office, Office], folder: Path
) -> None:
    own, other = offices
    for spoil in (lambda path: path.unlink(), lambda path: path.write_bytes(b"PAR1")):
        own.give(other, folder, at=MADE_AT)
        confirm(own)
        (state,) = (own.settings.data / EXCHANGE_FOLDER / "DPS").glob("*.parquet")
        spoil(state)
        own.give(other, folder, at=MADE_AT + HOUR)
        newest = own.room.exchanges.packages("DPS")[0]
        assert (newest.since, newest.n) == (0, 2)


def test_what_may_have_left_is_noted_before_it_is_written(
    offices: tuple[Office, Office], folder: Path
) -> None:
    """Whoever takes a package that we do not know of could never be told of a withdrawal."""
    own, other = offices
    partner = own.room.partners.get("DPS")
    target = folder / "none" / "x.coppkg"
    target.parent.write_text("not a folder")
    with pytest.raises(Exception, match="none"):
        give_package(own.service, partner, target, node=own.node, now=MADE_AT)
    state = own.room.exchanges.state("DPS")
    assert state.given > 0
    assert state.given_state is not None
    assert own.room.exchanges.packages("DPS") == ()
    own.remove(["r0"])
    taken = other.take(own.give(other, folder, at=MADE_AT + HOUR), at=MADE_AT)
    assert taken.package.n == 1


def test_a_suspended_partner_is_given_nothing(offices: tuple[Office, Office], folder: Path) -> None:
    own, other = offices
    own.room.partners.suspend("DPS")
    with pytest.raises(PartnerError, match="partner DPS is suspended"):
        own.give(other, folder, at=datetime(2026, 11, 25))
    assert [*folder.iterdir()] == []


def test_a_part_that_is_not_named_is_not_given(
    offices: tuple[Office, Office], folder: Path
) -> None:
    own, other = offices
    own.give(other, folder, at=MADE_AT)
    confirm(own)
    own.room.partners.change("DPS", rules={"parts": ()})
    own.give(other, folder, at=MADE_AT + HOUR)
    newest = own.room.exchanges.packages("DPS")[0]
    assert (newest.n, newest.withdrawn) == (0, 2)
