"""Tests of the types of Cursor-on-Target by kind."""

from datetime import timedelta

import pytest

from cop.model.event import KINDS, TIME_PRECISIONS
from cop.model.tak import PERIOD_OF
from tests.support.tak import read_types

pytestmark = pytest.mark.exchange


def test_each_kind_of_event_has_a_type_and_a_time() -> None:
    types = read_types()
    assert {*types.events} == {*KINDS}
    assert types.longest == timedelta(hours=168)
    assert {*PERIOD_OF} == {*TIME_PRECISIONS}


def test_no_type_of_the_program_calls_anyone_hostile_or_sounds_an_alarm() -> None:
    types = read_types()
    every = [of.type for of in types.events.values()]
    every += [types.alerts.type, types.annotations.type, types.sensors.type]
    assert not [name for name in every if name.startswith(("a-h", "a-s", "a-f", "b-a", "b-r", "t"))]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("b-m-p-s-m", "other"),
        ("b-m-p-s-m-x", "other"),
        ("b-m-p-s", None),
        ("b-m-p-s-max", None),
        ("b-r-f-h-c", "rescue"),
        ("a-f-G-U-C", None),
        ("", None),
    ],
)
def test_the_beginning_of_a_type_is_whole_parts(name: str, kind: str | None) -> None:
    assert read_types().kind_of(name) == kind
