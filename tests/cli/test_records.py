"""Tests of the command that states and chooses what everyone is shown by default."""

import json
from contextlib import closing
from pathlib import Path

import pytest

from cop.model.board import Move, Person
from cop.settings import StoreSettings
from cop.store.room.board import Journal
from tests.store.catalogue.test_default import load, shown
from tests.support.invoked import invoke, read_refusal
from tests.support.record import iom_row, write_iom

pytestmark = pytest.mark.glance


@pytest.fixture
def settings(tmp_path: Path) -> StoreSettings:
    settings = StoreSettings(data=tmp_path / "warehouse")
    load(settings, "synthetic", n=3)
    return settings


def test_what_is_shown_is_stated_and_chosen(settings: StoreSettings) -> None:
    first = invoke("records", "--data", settings.data)
    assert first.stdout.splitlines() == [
        "shown by default: SYNTHETIC (the only ones loaded)",
        "  Real: 0 events",
        "  SYNTHETIC: 3 events, newest 010000Z FEB 26",
    ]
    refusal = read_refusal(invoke("records", "real", "--data", settings.data))
    assert "no real events are loaded: load some first (`cop ingest events`)" in refusal
    load(settings, "real")
    assert "SYNTHETIC (loaded first)" in invoke("records", "--data", settings.data).stdout
    chosen = invoke("records", "Real", "--by", "Avery", "--data", settings.data)
    assert "shown by default: real (chosen by Avery at " in chosen.stdout
    assert shown(settings) == "synthetic", "a snapshot alone knows of no choice"
    stated = json.loads(invoke("records", "--json", "--data", settings.data).stdout)
    assert stated == {"records": "real", "by": "Avery", "real": 2, "synthetic": 3}
    assert "use real or synthetic" in read_refusal(
        invoke("records", "both", "--data", settings.data)
    )


def test_a_board_that_is_live_keeps_its_own_records(settings: StoreSettings) -> None:
    load(settings, "real")
    with closing(Journal(settings)) as journal:
        presenter = Person(id="0" * 16, name="Avery")
        journal.take(presenter)
        journal.move(presenter, Move(wanted=[("records", "synthetic")]))
    result = invoke("records", "real", "--data", settings.data)
    assert "Avery presents: the board keeps its records" in result.stderr
    assert "Avery" not in invoke("records", "synthetic", "--data", settings.data).stderr


def test_a_load_of_the_other_sort_says_what_is_still_shown(
    own_warehouse: Path, tmp_path: Path
) -> None:
    file = write_iom(tmp_path / "a.csv", [iom_row()])
    command = ("ingest", "events", file, "--profile", "iom_mmp", "--data", own_warehouse)
    assert "still shown" not in invoke(*command).stderr
    demo = ("demo", "--events", "40", "--days", "2", "--data", own_warehouse)
    words = "still shown by default: real records; to show the SYNTHETIC ones to everyone: "
    assert f"{words}cop records synthetic" in invoke(*demo).stderr
    assert invoke("records", "synthetic", "--data", own_warehouse).exit_code == 0
    more = write_iom(tmp_path / "b.csv", [iom_row(t="2020-05-02"), iom_row(t="2020-05-03")])
    loaded = invoke("ingest", "events", more, *command[3:])
    assert "still shown by default: SYNTHETIC records" in loaded.stderr
    again = invoke("ingest", "events", more, *command[3:])
    assert "still shown" not in again.stderr
    assert "still shown" not in invoke(*demo).stderr
