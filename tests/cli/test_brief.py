"""Tests of `cop brief`: files for an agency, and briefs of every day."""

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from cop.access.audit.log import AuditLog
from cop.model.audit import AuditEntry
from cop.model.moment import utc_now
from cop.settings import StoreSettings
from cop.store.audit.search import AuditQuery
from cop.store.room.room import Room
from tests.support.invoked import invoke, read_refusal
from tests.support.partner import make_node, open_office
from tests.support.record import make_frame

pytestmark = pytest.mark.exchange
PLACE = ("--county", "Santa Cruz, AZ")


@pytest.fixture
def data(bare_warehouse: Path, tmp_path: Path) -> Iterator[Path]:
    office = open_office(bare_warehouse, tmp_path, "JTF")
    when = [utc_now() - timedelta(hours=2)] * 2
    markings = ["TLP:GREEN", "TLP:RED"]
    frame = make_frame(2, source_id=["a", "b"], occurred_at=when, marking=markings)
    office.publish(frame.assign(county="Santa Cruz, AZ"))
    office.close()
    yield office.settings.data


def test_a_brief_is_made_for_its_readers(data: Path, tmp_path: Path) -> None:
    whole, theirs = tmp_path / "all.html", tmp_path / "so.pdf"
    said = invoke("brief", "make", whole, *PLACE, "--data", data).stdout
    assert "Brief of county Santa Cruz, AZ, TLP:RED" in said
    assert "2 events" in whole.read_text()
    said = invoke("brief", "make", theirs, *PLACE, "--as", "SO-1", "--data", data).stdout
    assert "TLP:RED" not in said
    assert "for SO-1 up to TLP:AMBER" in said
    assert theirs.read_bytes().startswith(b"%PDF")
    listed = invoke("brief", "list", "--data", data).stdout
    assert len(listed.splitlines()) == 2
    assert {entry.subject for entry in list_exports(data)} == {"brief"}


def list_exports(data: Path) -> tuple[AuditEntry, ...]:
    with closing(AuditLog(StoreSettings(data=data))) as log:
        return log.search(AuditQuery(action="export"))


def test_a_daily_brief_is_listed_and_removed(data: Path) -> None:
    added = invoke("brief", "daily", *PLACE, "--at", "05:30", "--as", "SO-1", "--data", data).stdout
    assert re.search(r"every day at 05:30 America/Phoenix, for SO-1", added)
    name = added.split(":")[0]
    assert (
        f"{name}  every day: Santa Cruz, AZ for SO-1, 05:30"
        in invoke("brief", "list", "--data", data).stdout
    )
    invoke("brief", "remove", name, "--data", data)
    assert invoke("brief", "list", "--data", data).stdout == ""


def test_none_is_made_every_day_for_a_partner_that_is_given_nothing(
    data: Path, tmp_path: Path
) -> None:
    with closing(Room(StoreSettings(data=data))) as room:
        room.partners.add(make_node(tmp_path, "SO-1").card)
    refused = read_refusal(invoke("brief", "daily", *PLACE, "--as", "SO-1", "--data", data))
    assert "partner SO-1 is given nothing" in refused
    assert invoke("brief", "list", "--data", data).stdout == ""


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("make", "x.txt", *PLACE), "a brief is a file"),
        (("make", "missing/x.pdf", *PLACE), "folder missing does not exist"),
        (("make", "x.pdf", "--county", "Nowhere, AZ"), "Nowhere"),
        (("make", "x.pdf", *PLACE, "--as", "NOBODY"), "NOBODY"),
        (("daily", *PLACE, "--as", "SO-1", "--at", "25:00"), "write HH:MM"),
        (("daily", "--county", "Nowhere, AZ", "--as", "SO-1"), "Nowhere"),
        (("daily", *PLACE, "--as", "NOBODY"), "NOBODY"),
        (("remove", "zzz"), "no daily brief"),
    ],
)
def test_what_cannot_be_is_said(
    data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    why: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert why in read_refusal(invoke("brief", *arguments, "--data", data))
    assert not [*tmp_path.glob("x.*")]
