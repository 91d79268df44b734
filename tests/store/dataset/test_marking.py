"""How records follow the marking of their source."""

import pytest

from cop.settings import StoreSettings
from cop.store.catalogue.transaction import open_transaction
from cop.store.dataset.marking import Marked, find_markings, mark_records, remark_by
from tests.support.record import make_frame
from tests.support.store import publish_events

pytestmark = pytest.mark.access


def test_a_record_follows_its_source_or_is_at_least_as_it_is() -> None:
    remark = remark_by("TLP:GREEN", "TLP:AMBER//REL TO DPS, JTF")
    assert remark("TLP:GREEN", None) == "TLP:AMBER//REL TO DPS, JTF"
    assert remark("TLP:RED", None) == "TLP:RED//REL TO DPS, JTF"
    assert remark("TLP:AMBER//REL TO DPS", None) == "TLP:AMBER//REL TO DPS"
    lower = remark_by("TLP:AMBER", "TLP:GREEN")
    assert (lower("TLP:AMBER", None), lower("TLP:RED", None)) == ("TLP:GREEN", "TLP:RED")
    assert lower("TLP:AMBER", "TLP:AMBER//REL TO DPS") == "TLP:AMBER//REL TO DPS"


def test_events_are_as_if_they_had_been_loaded_so(settings: StoreSettings) -> None:
    publish_events(settings, make_frame(5, count=[1, 1, 2, 2, 2]), make_frame(2, source="other"))
    whole = Marked("events", "test")
    with open_transaction(settings) as transaction:
        assert mark_records(transaction, whole, remark_by("TLP:CLEAR", "TLP:AMBER")) == 5
        transaction.commit("marked")
    again = publish_events(settings, make_frame(5, count=[1, 1, 2, 2, 2], marking="TLP:AMBER"))
    assert (again.accepted, again.duplicate, again.superseded) == (0, 5, 0)


def test_one_record_is_marked_by_its_id_and_no_other(settings: StoreSettings) -> None:
    for source in ("test", "other"):
        frame = make_frame(3, source=source, source_id=["a", "b", None], count=[1, 2, 3])
        publish_events(settings, frame, source=source)
    one = Marked("events", "test", "b")
    with open_transaction(settings) as transaction:
        assert find_markings(transaction, one) == ["TLP:CLEAR"]
        assert mark_records(transaction, one, lambda _, own: "TLP:RED") == 1
        assert mark_records(transaction, one, lambda _, own: "TLP:RED") == 0
        transaction.commit("marked")
    with open_transaction(settings) as transaction:
        assert find_markings(transaction, one) == ["TLP:RED"]
        assert find_markings(transaction, Marked("events", "test", "x")) == []
        assert find_markings(transaction, Marked("sensors", "test", "b")) == []
        for source, red in (("test", 1), ("other", 0)):
            found = find_markings(transaction, Marked("events", source))
            assert (len(found), found.count("TLP:RED")) == (3, red)
    frame = make_frame(3, source_id=["a", "b", None], count=[1, 2, 3])
    again = publish_events(settings, frame.assign(marking=["TLP:CLEAR", "TLP:RED", "TLP:CLEAR"]))
    assert (again.accepted, again.duplicate, again.superseded) == (0, 3, 0)
