"""One step of an uploaded layer: the next revision, its version and its note."""

from pathlib import Path

import pytest

from cop.errors import LayerError
from cop.ingest.layer.step import (
    SUBJECT,
    check_not_retired,
    finish_step,
    is_same_layer,
    open_layers,
    revise_layer,
)
from cop.model.uploaded import Declaration
from cop.settings import StoreSettings
from cop.store.dataset.layer import stored_layers
from cop.store.room.audit import list_steps
from tests.support.layer import make_features, publish_features

pytestmark = pytest.mark.layers


def test_a_revision_keeps_the_owner_and_all_that_is_not_changed(own_warehouse: Path) -> None:
    first = publish_features(own_warehouse, make_features()).layer
    declared = first.declared.model_copy(update={"note": "Checked"})
    second = revise_layer(first, "Ben", declared=declared)
    assert (second.revision, second.owner, second.changed_by) == (2, "Ana", "Ben")
    assert (second.declared.note, second.content) == ("Checked", first.content)
    assert not is_same_layer(first, second)
    assert is_same_layer(first, revise_layer(first, "Ben"))


def test_a_retired_layer_takes_no_further_change(own_warehouse: Path) -> None:
    layer = publish_features(own_warehouse, make_features()).layer
    check_not_retired(layer, "style")
    with pytest.raises(LayerError, match=r"is retired: `style` cannot change it; restore it first"):
        check_not_retired(revise_layer(layer, "Ana", state="retired"), "style")


def test_a_finished_step_is_a_version_with_its_note_and_source(own_warehouse: Path) -> None:
    store = StoreSettings(data=own_warehouse)
    layer = publish_features(own_warehouse, make_features()).layer
    with open_layers(store) as transaction:
        (before,) = stored_layers(transaction).values()
        changed = revise_layer(before, "Ben", declared=Declaration(title="Masts"))
        step = finish_step(store, transaction, changed, by="Ben", action="declare")
    assert (step.layer, step.difference) == (changed, None)
    note = list_steps(store, subject=f"{SUBJECT} {layer.id}")[0]
    assert (note.who, note.action, note.version) == ("Ben", "declare", step.version)
    assert note.detail == "revision 2, published, 4 features"


def test_a_declaration_that_is_not_valid_is_a_fault_of_the_layer(own_warehouse: Path) -> None:
    with (
        pytest.raises(LayerError, match=r"^layer: "),
        open_layers(StoreSettings(data=own_warehouse)),
    ):
        Declaration(title="")
