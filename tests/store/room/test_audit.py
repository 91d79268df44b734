"""Tests of the audit record: steps are added, newest first."""

from contextlib import closing
from datetime import datetime

import pytest

from cop.model.moment import utc_now
from cop.settings import StoreSettings
from cop.store.room.audit import add_step, list_steps, note_step
from cop.store.room.relational import RelationalStore

pytestmark = pytest.mark.store


@pytest.fixture
def folder(either: StoreSettings) -> StoreSettings:
    return either


def test_a_step_states_who_did_what_when(folder: StoreSettings) -> None:
    before = utc_now()
    note_step(folder, who="Ana", subject="layer a", action="publish", version=3, detail="<b>")
    (step,) = list_steps(folder)
    assert (step.who, step.subject, step.action) == ("Ana", "layer a", "publish")
    assert (step.version, step.detail) == (3, "<b>")
    assert before <= step.at <= utc_now()


def test_steps_are_listed_newest_first_and_by_subject(folder: StoreSettings) -> None:
    assert list_steps(folder) == []
    with closing(RelationalStore(folder)) as store, store.writing() as connection:
        for day, subject, version in ((1, "a", 1), (3, "b", None), (2, "a", 2), (2, "b", 7)):
            add_step(
                connection, at=datetime(2026, 11, day), who="Ben", subject=subject, action="x",
                version=version, detail="",
            )  # fmt: skip
    found = [(step.at.day, step.subject, step.version) for step in list_steps(folder)]
    assert found == [(3, "b", None), (2, "b", 7), (2, "a", 2), (1, "a", 1)]
    assert [step.version for step in list_steps(folder, subject="a")] == [2, 1]


def test_a_step_of_a_transaction_that_fails_is_not_kept(folder: StoreSettings) -> None:
    def fail() -> None:
        with closing(RelationalStore(folder)) as store, store.writing() as connection:
            add_step(
                connection, at=utc_now(), who="Ben", subject="a", action="x", version=None,
                detail="",
            )  # fmt: skip
            raise RuntimeError("the record failed")

    with pytest.raises(RuntimeError, match="the record failed"):
        fail()
    assert list_steps(folder) == []
