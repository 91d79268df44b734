"""Tests of merging the layers of a partner: whatever the order, the later package counts."""

from itertools import permutations
from pathlib import Path

import pytest

from cop.errors import LayerError
from cop.ingest.layer.draft import read_draft
from cop.ingest.layer.received import (
    ArrivedLayer,
    LayerChanges,
    apply_received_layers,
    restore_received,
)
from cop.model.given_layer import GivenLayer
from cop.model.uploaded import Attribute, Declaration, UploadedLayer
from cop.settings import StoreSettings
from cop.store.catalogue.transaction import open_transaction
from cop.store.dataset.layer import stored_layers
from tests.support.layer import make_features, write_draft

pytestmark = pytest.mark.exchange
RECORD = "a" * 32
KEY = ("CBP", RECORD)


def arrived(folder: Path, number: int, **declared: object) -> ArrivedLayer:
    draft = read_draft(write_draft(folder / f"draft-{number}", make_features(n=[number] * 4)))
    given = GivenLayer(
        number=number, origin="CBP", record=RECORD, path=("CBP",), hops_left=0,
        declared=Declaration.model_validate({"title": "Towers", "marking": "TLP:GREEN"} | declared),
        columns=(Attribute(name="n", kind="BIGINT"),), dated=True,
    )  # fmt: skip
    return ArrivedLayer(given=given, draft=draft)


def apply(
    data: Path, *layers: ArrivedLayer, gone: int | None = None, is_whole: bool = False
) -> tuple[LayerChanges, UploadedLayer | None]:
    numbers = [layer.given.number for layer in layers] + ([gone] if gone else [])
    with open_transaction(StoreSettings(data=data)) as transaction:
        changes = apply_received_layers(
            transaction, "CBP", layers, {} if gone is None else {KEY: gone},
            number=max(numbers, default=99), is_whole=is_whole,
        )  # fmt: skip
        found = next(iter(stored_layers(transaction).values()), None)
        transaction.commit("received")
    return changes, found


@pytest.mark.parametrize("order", [*permutations((1, 2, 3))])
def test_of_several_states_the_latest_counts(
    own_warehouse: Path, tmp_path: Path, order: tuple[int, ...]
) -> None:
    """The second of them withdraws it."""
    for number in order:
        if number == 2:
            _, found = apply(own_warehouse, gone=number)
        else:
            _, found = apply(own_warehouse, arrived(tmp_path, number, title=f"T{number}"))
    assert found is not None
    assert (found.state, found.declared.title) == ("published", "T3 (CBP)")


def test_what_came_before_changes_nothing(own_warehouse: Path, tmp_path: Path) -> None:
    layer = arrived(tmp_path, 5)
    first, before = apply(own_warehouse, layer)
    again, after = apply(own_warehouse, layer)
    assert first.for_record() == {"layers_added": 1}
    assert (again.for_record(), again.staged, after) == ({}, [], before)


def test_its_title_says_whose_it_is_and_stays_short(own_warehouse: Path, tmp_path: Path) -> None:
    _, found = apply(own_warehouse, arrived(tmp_path, 1, title="T" * 100, agency="Air wing"))
    assert found is not None
    assert len(found.declared.title) == 100
    assert found.declared.title.endswith("T (CBP)")
    assert found.declared.agency == "Air wing (CBP)"
    assert found.received is not None
    assert found.received.title == "T" * 100


def test_a_style_that_names_a_column_that_is_not_there_is_left_out(
    own_warehouse: Path, tmp_path: Path
) -> None:
    style = {"fill": {"property": "gone", "breaks": [1, 2]}}
    _, found = apply(own_warehouse, arrived(tmp_path, 1, style=style))
    assert found is not None
    assert "gone" not in found.style.columns


def test_a_whole_package_without_it_withdraws_it(own_warehouse: Path, tmp_path: Path) -> None:
    apply(own_warehouse, arrived(tmp_path, 1))
    changes, found = apply(own_warehouse, is_whole=True)
    assert changes.for_record() == {"layers_withdrawn": 1}
    assert found is not None
    assert found.state == "retired"
    with (
        open_transaction(StoreSettings(data=own_warehouse)) as transaction,
        pytest.raises(LayerError, match="was withdrawn by CBP"),
    ):
        restore_received(transaction, found, by="Bo")
