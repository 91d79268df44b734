"""Tests of what was exchanged: how far each side has come, and the packages."""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any

import pytest

from cop.settings import StoreSettings
from cop.store.room.exchange import ExchangedPackage, Exchanges, ExchangeState

pytestmark = pytest.mark.exchange
AT = datetime(2026, 11, 24, 18, 30)


@pytest.fixture
def exchanges(either: StoreSettings) -> Iterator[Exchanges]:
    with closing(Exchanges(either)) as exchanges:
        yield exchanges


def package(number: int, **changes: Any) -> ExchangedPackage:
    stated: dict[str, Any] = {
        "partner": "DPS", "direction": "given", "number": number, "since": 0, "made_at": AT,
        "at": AT + timedelta(hours=number), "digest": "0" * 64, "marking": "TLP:GREEN", "n": 3,
        "withdrawn": 1, "size": 900,
    }  # fmt: skip
    return ExchangedPackage(**stated | changes)


def test_before_the_first_package_nothing_was_exchanged(exchanges: Exchanges) -> None:
    assert exchanges.state("DPS") == ExchangeState(partner="DPS")
    assert exchanges.packages() == ()


def test_what_is_stated_advances_and_the_rest_stays(exchanges: Exchanges) -> None:
    exchanges.advance("DPS", given=7, given_state="DPS/a.parquet")
    exchanges.advance("DPS", received=4)
    after = exchanges.advance("DPS", confirmed=7)
    assert exchanges.state("DPS") == after
    assert after == ExchangeState(
        partner="DPS", given=7, given_state="DPS/a.parquet", confirmed=7, received=4
    )
    assert exchanges.state("CBP") == ExchangeState(partner="CBP")


def test_packages_are_listed_the_newest_first(exchanges: Exchanges) -> None:
    exchanges.note(package(1))
    exchanges.note(package(2))
    exchanges.note(package(2, direction="received", n=9))
    exchanges.note(package(1, partner="CBP"))
    own = exchanges.packages("DPS")
    assert [(p.number, p.direction) for p in own] == [
        (2, "given"), (2, "received"), (1, "given"),
    ]  # fmt: skip
    assert len(exchanges.packages()) == 4


def test_a_package_of_its_number_is_there_once(exchanges: Exchanges) -> None:
    exchanges.note(package(1))
    exchanges.note(package(1, digest="1" * 64))
    (found,) = exchanges.packages("DPS")
    assert found.digest == "1" * 64
    assert found.for_record() == {
        "number": 1, "since": 0, "records": 3, "withdrawn": 1, "marking": "TLP:GREEN",
    }  # fmt: skip
