"""Tests of the source registry."""

from datetime import datetime

import pytest
from pydantic import ValidationError

from cop.errors import ProfileError
from cop.settings import StoreSettings
from cop.store.catalogue.transaction import open_transaction
from cop.store.dataset.source import Source, register_source
from cop.store.warehouse import Warehouse
from tests.support.record import make_frame
from tests.support.store import make_source, publish_events

pytestmark = pytest.mark.picture


def test_a_source_says_what_is_loaded_of_it(settings: StoreSettings) -> None:
    publish_events(settings, make_frame(3))
    publish_events(settings, make_frame(2, source="other"), source="other")
    sources = Warehouse(settings).snapshot.sources
    assert list(sources) == ["other", "test"]
    state = sources["test"]
    assert (state.n, state.count) == (3, 6)
    assert state.oldest is not None
    assert state.newest is not None
    assert (state.newest - state.oldest).days == 2
    assert state.source == make_source("test")


def test_a_source_is_renewed_not_doubled(settings: StoreSettings) -> None:
    for cadence in (None, 1.5, None):
        with open_transaction(settings) as transaction:
            source = make_source().model_copy(update={"cadence_days": cadence})
            register_source(transaction, source)
            transaction.commit("source")
        (state,) = Warehouse(settings).snapshot.sources.values()
        assert state.source == source
        assert (state.n, state.oldest) == (0, None)


def test_undated_records_are_of_the_day_that_the_source_says(settings: StoreSettings) -> None:
    with open_transaction(settings) as transaction:
        dated = make_source().model_copy(update={"kind": "lines", "as_of": datetime(2017, 1, 26)})
        register_source(transaction, dated)
        register_source(transaction, make_source("other").model_copy(update={"kind": "lines"}))
        transaction.commit("sources")
    sources = Warehouse(settings).snapshot.sources
    assert (sources["test"].oldest, sources["test"].newest) == (dated.as_of, dated.as_of)
    assert sources["test"].source == dated
    assert sources["other"].newest is None


def test_markings_and_ids_are_checked() -> None:
    good = {"title": "a", "publisher": "b", "terms": "c"}
    with pytest.raises(ProfileError, match="SECRET"):
        Source(id="a", marking="SECRET", **good)
    for name in ("../../etc", "a b", "", "A", "x" * 61):
        with pytest.raises(ValidationError):
            Source(id=name, **good)
