"""Tests of the rows of alerts: of which set each is, and what was checked for each set."""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime

import pytest
from sqlalchemy import Connection

from cop.model.alert import Alert
from cop.settings import StoreSettings
from cop.store.room.alert_row import (
    add_alert,
    copy_alert,
    count_rows,
    find_set,
    has_watched,
    list_sets,
    note_watched,
    read_history,
    read_newest,
)
from cop.store.room.audit import list_steps
from cop.store.room.relational import RelationalStore
from tests.support.alert import make_finding

pytestmark = pytest.mark.access

NOW = datetime(2026, 3, 5)


@pytest.fixture
def connection(either: StoreSettings) -> Iterator[Connection]:
    with closing(RelationalStore(either)) as store, store.writing() as connection:
        yield connection


def make_alert(name: str, revision: int = 1) -> Alert:
    return Alert(
        id=name, revision=revision, state="open", step="raised", who="cop", at=NOW, raised_at=NOW,
        finding=make_finding(),
    )  # fmt: skip


def test_rows_are_of_their_set_alone(connection: Connection) -> None:
    for alert in (make_alert("a"), make_alert("a", 2)):
        copy_alert(connection, "", alert)
    copy_alert(connection, "DPS TLP:AMBER", make_alert("b"))
    assert list_sets(connection) == ["", "DPS TLP:AMBER"]
    assert [find_set(connection, name) for name in "abc"] == ["", "DPS TLP:AMBER", None]
    assert read_newest(connection, "") == (make_alert("a", 2),)
    assert read_newest(connection, "DPS TLP:AMBER", "real") == (make_alert("b"),)
    assert read_newest(connection, "DPS TLP:AMBER", "synthetic") == ()
    assert read_newest(connection, "DPS TLP:AMBER+STRICT") == ()
    assert [count_rows(connection, name) for name in ("", "DPS TLP:AMBER")] == [2, 1]
    assert [one.revision for one in read_history(connection, "a")] == [1, 2]


def test_a_version_is_watched_for_each_set_and_its_last_is_remembered(
    connection: Connection,
) -> None:
    assert not note_watched(connection, "", "1 of x", NOW)
    assert not has_watched(connection, "DPS TLP:AMBER", "1 of x")
    assert note_watched(connection, "DPS TLP:AMBER", "1 of x", NOW)
    assert note_watched(connection, "DPS TLP:AMBER+STRICT", "1 of x", NOW)
    assert not note_watched(connection, "DPS TLP:AMBER", "2 of x", NOW)
    assert has_watched(connection, "DPS TLP:AMBER", "2 of x")
    assert not has_watched(connection, "DPS TLP:AMBER", "1 of x")
    assert has_watched(connection, "DPS TLP:AMBER+STRICT", "1 of x")
    assert has_watched(connection, "", "1 of x")


def test_the_audit_record_names_whose_alert_it_is(either: StoreSettings) -> None:
    with closing(RelationalStore(either)) as store, store.writing() as connection:
        add_alert(connection, "", make_alert("a"))
        add_alert(connection, "DPS TLP:AMBER", make_alert("b"))
    (of_all,) = list_steps(either, subject="alert a")
    (of_some,) = list_steps(either, subject="alert b")
    assert of_some.detail == f"{of_all.detail}, as DPS TLP:AMBER has it"
