"""How records follow the marking of their source."""

import pytest

from cop.settings import StoreSettings
from cop.store.catalogue.transaction import open_transaction
from cop.store.dataset.marking import mark_events, remark_by
from tests.support.record import make_frame
from tests.support.store import publish_events

pytestmark = pytest.mark.access


def test_a_record_follows_its_source_or_is_at_least_as_it_is() -> None:
    remark = remark_by("TLP:GREEN", "TLP:AMBER//REL TO DPS, JTF")
    assert remark("TLP:GREEN") == "TLP:AMBER//REL TO DPS, JTF"
    assert remark("TLP:RED") == "TLP:RED//REL TO DPS, JTF"
    assert remark("TLP:AMBER//REL TO DPS") == "TLP:AMBER//REL TO DPS"
    lower = remark_by("TLP:AMBER", "TLP:GREEN")
    assert (lower("TLP:AMBER"), lower("TLP:RED")) == ("TLP:GREEN", "TLP:RED")


def test_events_are_as_if_they_had_been_loaded_so(settings: StoreSettings) -> None:
    publish_events(settings, make_frame(5, count=[1, 1, 2, 2, 2]), make_frame(2, source="other"))
    with open_transaction(settings) as transaction:
        assert mark_events(transaction, "test", remark_by("TLP:CLEAR", "TLP:AMBER")) == 5
        transaction.commit("marked")
    again = publish_events(settings, make_frame(5, count=[1, 1, 2, 2, 2], marking="TLP:AMBER"))
    assert (again.accepted, again.duplicate, again.superseded) == (0, 5, 0)
