"""Tests of the layers that partners gave, as they are stored."""

import re
from pathlib import Path

import pytest

from cop.model.given_layer import GivenLayer
from cop.model.uploaded import Content, Declaration
from cop.settings import StoreSettings
from cop.store.catalogue.transaction import open_transaction
from cop.store.dataset.received_layer import (
    ReceivedLayer,
    features_name,
    layers_name,
    list_ways,
    local_layer,
    read_all_received_layers,
    read_received_layers,
    store_received_layers,
)

pytestmark = pytest.mark.exchange
KEY = ("CBP", "a" * 32)


def received(*path: str, number: int = 3) -> ReceivedLayer:
    given = GivenLayer(
        number=number, origin="CBP", record="a" * 32, path=path, hops_left=1,
        declared=Declaration(title="Towers"),
    )  # fmt: skip
    content = Content(attributes=(), points=1, lines=0, areas=0)
    return ReceivedLayer(number=number, origin="CBP", record="a" * 32, given=given, content=content)


def test_ids_here_are_those_of_layers_and_follow_from_origin_and_record() -> None:
    found = {local_layer((origin, "a" * 32)) for origin in ("CBP", "DPS", "SO-1")}
    assert len(found) == 3
    assert all(re.fullmatch(r"[a-z2-7]{10}", one) for one in found)
    assert local_layer(KEY) == local_layer(KEY)


def test_what_is_stored_is_read_again(own_warehouse: Path) -> None:
    layers = [received("CBP"), ReceivedLayer(number=4, origin="CBP", record="b" * 32)]
    with open_transaction(StoreSettings(data=own_warehouse)) as transaction:
        assert read_received_layers(transaction, layers_name("CBP")) == {}
        store_received_layers(transaction, layers_name("CBP"), layers)
        found = read_received_layers(transaction, layers_name("CBP"))
        assert [*found.values()] == layers
        transaction.discard()


def test_the_way_over_the_fewest_servers_comes_first(own_warehouse: Path) -> None:
    with open_transaction(StoreSettings(data=own_warehouse)) as transaction:
        for partner, path in (
            ("SO-1", ("CBP", "SO-1")),
            ("CBP", ("CBP",)),
            ("DPS", ("CBP", "DPS")),
        ):
            store_received_layers(transaction, layers_name(partner), [received(*path)])
            if partner != "DPS":
                transaction.replace_by(features_name(partner, KEY), "SELECT 1 AS n")
        ways = list_ways(transaction, read_all_received_layers(transaction), KEY)
        # The features of DPS are lost.
        assert [given.path for _, given, _ in ways] == [("CBP",), ("CBP", "SO-1")]
        assert ways[0][0] == features_name("CBP", KEY)
        assert list_ways(transaction, read_all_received_layers(transaction), ("CBP", "c")) == []
        transaction.discard()
