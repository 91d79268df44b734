"""`cop rfi`: its lines, its JSON, what is recorded, and the place of answers on the map."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from cop.store.room.annotation import Annotations
from tests.support.access import SetClock
from tests.support.rfi import Station, open_stations, simulate

pytestmark = pytest.mark.exchange


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SetClock:
    return simulate(monkeypatch)


@pytest.fixture
def jtf(bare_warehouse: Path, tmp_path: Path, clock: SetClock) -> Iterator[Station]:
    del clock  # set before the room is opened
    (found,) = open_stations(bare_warehouse, tmp_path, ("JTF",)).values()
    yield found
    found.office.close()


def test_the_lines_of_a_request(jtf: Station, clock: SetClock) -> None:
    asked = jtf.ask("SO-1", "Who saw it?", "--due-h", "2", "--by", "Ana")
    assert jtf.done("rfi", "list") == (
        f"{asked}  asked  JTF asks SO-1  due 301000Z OCT 26  TLP:AMBER\n"
    )
    clock.go_on(hours=3)
    assert "OVERDUE" in jtf.done("rfi", "list", "--open")
    jtf.done("rfi", "assign", asked, "Deputy Lee", "--by", "Bo")
    jtf.done("rfi", "answer", asked, "A rancher", "--marking", "TLP:GREEN", "--by", "Lee")
    shown = jtf.done("rfi", "show", asked)
    for words in ("Who saw it?", "county Santa Cruz, AZ", "Assigned to Deputy Lee; 301100Z OCT 26",
                  "Lee (JTF)", "A rancher\nSO-1, TLP:GREEN"):  # fmt: skip
        assert words in shown
    assert jtf.done("rfi", "list", "--open") == ""
    (listed,) = json.loads(jtf.done("rfi", "list", "--json"))
    assert (listed["state"], listed["answered_after_s"]) == ("answered", 3 * 3600)


def test_every_act_is_recorded_with_what_the_figures_need(jtf: Station, clock: SetClock) -> None:
    asked = jtf.ask("SO-1")
    clock.go_on(hours=1)
    jtf.done("rfi", "answer", asked, "A rancher")
    jtf.refused("rfi", "answer", asked, "")
    ask, answer = jtf.entries("ask rfi", "answer rfi")
    assert ask["subject"] == answer["subject"] == f"rfi {asked}"
    assert (ask["at"], answer["at"]) == (
        "2026-10-30T08:00:00.000000Z", "2026-10-30T09:00:00.000000Z"
    )  # fmt: skip
    stated = {"asker": "JTF", "answerer": "SO-1", "due_at": "2026-11-01T08:00:00Z"}
    assert ask["detail"].items() >= stated.items()
    assert answer["detail"].items() >= {**stated, "answered_after_s": 3_600}.items()
    assert "What was seen" not in json.dumps([ask, answer])  # no text of a request


@pytest.mark.parametrize(
    ("place", "shape"),
    [
        (("--county", "Pima, AZ"), "text"),
        (("--at", "12R VV 05512 67603"), "point"),
        (("--at", "31.3, -110.9", "--within-m", "900"), "area"),
        (("--area", "-111.2 31.4,-110.9 31.4,-110.9 31.6"), "area"),
        (("--area", "-170 -80,170 -80,170 80,-170 80"), None),
    ],
)
def test_an_answer_is_drawn_where_it_can_be(
    jtf: Station, place: tuple[str, ...], shape: str | None
) -> None:
    asked = jtf.ask("SO-1", "Who saw it?", *place)
    jtf.done("rfi", "answer", asked, f"A rancher\nand {'x' * 200}")
    found = Annotations(jtf.office.settings).list()
    assert [one.drawing.shape for one in found] == ([] if shape is None else [shape])
    for one in found:
        assert one.title.startswith("RFI answered: A rancher and xxx")
        assert one.title.endswith("…")


def test_consent_is_stated_one_way(jtf: Station) -> None:
    asked = jtf.ask("SO-1")
    assert "state --to AGENCY" in jtf.refused("rfi", "consent", asked)
    assert "no answer yet" in jtf.refused("rfi", "consent", asked, "--to", "CBP")
    assert "no answer yet" in jtf.refused("rfi", "pass", asked, "CBP")
