"""Tests of which records are shown by default: what is loaded switches nothing, people do."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cop.errors import FilterError
from cop.model.default_records import (
    DefaultRecords,
    carry_default,
    check_records,
    name_records,
    other_records,
    settle_default,
)
from cop.model.filter import Records

pytestmark = pytest.mark.glance

START = datetime(2026, 11, 27)
ACTIONS = ("load real", "load synthetic", "undo real", "undo synthetic")
CHOICES = ("choose real", "choose synthetic")


@given(st.lists(st.sampled_from((*ACTIONS, *CHOICES)), max_size=20))
def test_only_a_choice_or_the_loss_of_what_is_shown_switches(actions: list[str]) -> None:
    loaded: set[Records] = set()
    carried = chosen = None
    shown: Records | None = None
    for minute, action in enumerate(actions):
        verb, _, sort = action.partition(" ")
        records, now = check_records(sort), START + timedelta(minutes=minute)
        if verb == "choose":
            chosen = DefaultRecords(records=records, since=now, by="Avery")
        else:
            loaded = loaded | {records} if verb == "load" else loaded - {records}
            carried = carry_default(carried, loaded, now)
        before, default = shown, settle_default(chosen, carried, loaded)
        shown = default.records if default else None
        assert (shown in loaded) if loaded else (shown is None), action
        if before in loaded and shown != before:
            back = chosen is not None and chosen.records == shown
            assert back, f"{action} switched from {before} to {shown}"
        if chosen is not None and chosen.records in loaded:
            assert shown == chosen.records
        if len(loaded) == 1:
            assert {shown} == loaded


def test_the_first_that_is_loaded_stays_when_the_second_arrives_and_goes() -> None:
    first = carry_default(None, {"synthetic"}, START)
    assert first == DefaultRecords(records="synthetic", since=START)
    both = carry_default(first, {"real", "synthetic"}, START + timedelta(hours=1))
    assert both == first
    assert carry_default(both, {"synthetic"}, START + timedelta(hours=2)) == first
    alone = carry_default(both, {"real"}, START + timedelta(hours=3))
    assert alone == DefaultRecords(records="real", since=START + timedelta(hours=3))
    assert carry_default(alone, {"real", "synthetic"}, START + timedelta(hours=4)) == alone
    assert carry_default(alone, (), START) is None


def test_with_both_from_the_beginning_real_ones_are_shown() -> None:
    both = settle_default(None, None, {"real", "synthetic"})
    assert both == DefaultRecords(records="real", since=None)
    assert settle_default(None, None, ()) is None


def test_a_choice_waits_for_its_records() -> None:
    chosen = DefaultRecords(records="real", since=START, by="Avery")
    carried = DefaultRecords(records="synthetic", since=START)
    assert settle_default(chosen, carried, {"synthetic"}) == carried
    assert settle_default(chosen, carried, {"real", "synthetic"}) == chosen


def test_records_have_names_and_others_are_refused() -> None:
    assert (name_records("real"), name_records("synthetic")) == ("real", "SYNTHETIC")
    assert (other_records("real"), other_records("synthetic")) == ("synthetic", "real")
    assert check_records(" Synthetic ") == "synthetic"
    with pytest.raises(FilterError, match="records 'both': use real or synthetic"):
        check_records("both")
