"""The Sharing page: its figures equal a count over the audit record; what is not known is said."""

import json
import statistics
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from cop.access.access import Access
from cop.access.audit.log import AuditLog
from cop.access.audit.sharing import Sharing
from cop.access.policy import read_policy
from cop.ingest.marking import change_marking
from cop.model.audit import Actor
from cop.model.delay import DelayTally
from cop.model.moment import format_age, format_instant, utc_now
from cop.model.sharing import MonthShared, SharedSide
from cop.settings import StoreSettings
from cop.ui.component.context import CONTEXT
from cop.ui.page.sharing.page import (
    build_balance_table,
    build_clock_table,
    build_notes,
    build_side_table,
    list_records,
)
from tests.support.access import Member, SetClock, own_access, serving_people
from tests.support.field import report_id, stated_report
from tests.support.record import make_frame
from tests.support.rfi import BEGUN, Station, open_stations, simulate
from tests.support.signed import signed_context
from tests.support.store import publish_events
from tests.ui.conftest import RunPage

pytestmark = pytest.mark.exchange
PERSON = Actor(who="local:ana", name="Ana", roles=("curator",), origin="this server")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SetClock:
    return simulate(monkeypatch)


@pytest.fixture
def stations(bare_warehouse: Path, tmp_path: Path, clock: SetClock) -> Iterator[dict[str, Station]]:
    del clock  # set before the rooms are opened
    found = open_stations(bare_warehouse, tmp_path, ("JTF", "DPS"))
    yield found
    for one in found.values():
        one.office.close()


def reported(n: int, *delays_h: float, **columns: Any) -> pd.DataFrame:
    """Events of the week before, each reported so many hours after it occurred."""
    occurred = [BEGUN - timedelta(days=2, hours=i) for i in range(n)]
    return make_frame(
        n,
        source_id=[f"r{i}" for i in range(n)],
        occurred_at=occurred,
        reported_at=[t + timedelta(hours=h) for t, h in zip(occurred, delays_h, strict=True)],
        marking="TLP:GREEN",
        **columns,
    )


def live(jtf: Station, dps: Station, clock: SetClock) -> None:
    """Two months of packages, questions and answers."""
    jtf.office.publish(reported(4, 0.5, 5, 30, 47))
    jtf.send(dps)
    dps.office.publish(reported(3, 1, 2, 3))
    first = jtf.ask("DPS", "What was seen there?", "--due-h", "24")
    clock.go_on(hours=2)
    jtf.send(dps)
    clock.go_on(hours=34)
    dps.done("rfi", "answer", first, "Nothing", "--marking", "TLP:GREEN")
    clock.go_on(hours=10)
    dps.send(jtf)  # 1 November
    second = jtf.ask("DPS", "And since then?", "--due-h", "12")
    third = dps.ask("JTF", "Is the camera working?", "--due-h", "12")
    fourth = dps.ask("JTF", "Who works there?", "--due-h", "1")
    table = jtf.ask("SO-1", "Who lives there?")
    jtf.send(dps)
    dps.send(jtf)
    clock.go_on(hours=3)
    jtf.done("rfi", "answer", third, "It is")
    jtf.done("rfi", "answer", third, "It was until noon")
    jtf.done("rfi", "decline", table, "Nobody asks that")
    dps.office.publish(reported(2, 1, 2, count=[2, 9]))
    dps.office.remove(["r2"])
    clock.go_on(hours=20)
    dps.send(jtf)
    jtf.send(dps)
    assert not jtf.state(second)["answered_after_s"]
    assert jtf.state(fourth)["overdue"]
    # What is refused or taken twice counts nothing.
    jtf.refused("rfi", "ask", "DPS", "What?")
    jtf.refused("exchange", "import", str(next(jtf.packages.glob("DPS-*"))))


def count_by_hand(station: Station, other: str, month: str, now: datetime) -> dict[str, Any]:
    """The figures of a partner and month, from the lines of `cop audit list`."""
    own = station.code

    def lines(*actions: str) -> list[dict[str, Any]]:
        return [one for one in station.entries(*actions) if one["at"].startswith(month)]

    def packages(action: str) -> list[dict[str, Any]]:
        found = {
            one["detail"]["number"]: one["detail"]
            for one in lines(action)
            if one["subject"] == f"partner {other}"
        }
        return list(found.values())

    def between(asker: str, answerer: str, *actions: str) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for one in lines(*actions):
            detail = one["detail"]
            if (detail["asker"], detail["answerer"]) == (asker, answerer):
                found.setdefault(one["subject"], detail)
        return found

    replies = ("answer rfi", "decline rfi", "receive rfi reply")
    replied = {one["subject"] for one in station.entries(*replies)}

    def owed(asked: dict[str, dict[str, Any]]) -> int:
        return sum(
            detail["due_at"] < format_instant(now) and subject not in replied
            for subject, detail in asked.items()
        )

    given, taken = packages("give package"), packages("receive package")
    asked = between(own, other, "ask rfi")
    theirs = between(other, own, "receive rfi")
    ours_answered = between(other, own, *replies[:2])
    theirs_answered = between(own, other, *replies)
    return {
        "Packages": (len(given), len(taken)),
        "New records": tuple(sum(one["added"] for one in side) for side in (given, taken)),
        "Corrected records": tuple(sum(one["changed"] for one in side) for side in (given, taken)),
        "Withdrawn records": (
            sum(one["removed"] for one in given),
            sum(one["withdrawn"] for one in taken),
        ),
        **{
            f"{word} layers": (
                sum(one[f"layers_{given_as}"] for one in given),
                sum(one.get(f"layers_{taken_as}", 0) for one in taken),
            )
            for word, given_as, taken_as in (
                ("New", "added", "added"),
                ("Changed", "changed", "changed"),
                ("Withdrawn", "removed", "withdrawn"),
            )
        },
        "Questions asked": (len(asked), len(theirs)),
        "Questions answered or declined": (len(ours_answered), len(theirs_answered)),
        "Median time to answer": tuple(
            f"{format_age(timedelta(seconds=statistics.median(seconds)))} (of {len(seconds)})"
            if (seconds := [one["answered_after_s"] for one in side.values()])
            else "no answer"
            for side in (ours_answered, theirs_answered)
        ),
        "Answers overdue": (owed(theirs), owed(asked)),
    }


def shown_sides(page: Any) -> dict[str, tuple[str, str]]:
    table = next(one.value for one in page.dataframe if "Figure" in one.value.columns)
    return {row[0]: (row[1], row[2]) for row in table.itertuples(index=False)}


@pytest.mark.full
def test_shown_the_figures_equal_a_count_over_the_audit(
    run_page: RunPage, stations: dict[str, Station], clock: SetClock
) -> None:
    jtf, dps = stations["JTF"], stations["DPS"]
    live(jtf, dps, clock)
    for station, other in ((jtf, "DPS"), (dps, "JTF")):
        data = station.office.settings.data
        policy = read_policy(station.policy)
        page = run_page(
            "Sharing",
            data,
            context={
                "now": clock,
                "audit": AuditLog(station.office.settings),
                "access": Access(station.office.room, policy),
            },
        )
        assert not page.exception
        months = page.selectbox(key="sharing-month").options
        assert months == ["2026-11", "2026-10"]
        for month in months:
            page.selectbox(key="sharing-month").select(month).run()
            page.selectbox(key="sharing-partner").select(other).run()
            shown, counted = shown_sides(page), count_by_hand(station, other, month, clock.now)
            for figure, pair in counted.items():
                assert shown[figure] == tuple(map(str, pair)), (station.code, month, figure)
    # The figures are not all nothing: what was done is known here as well.
    october = count_by_hand(jtf, "DPS", "2026-10", clock.now)
    november = count_by_hand(jtf, "DPS", "2026-11", clock.now)
    assert october["New records"] == (4, 0)
    assert november["New records"] == (0, 3)
    assert (november["Corrected records"], november["Withdrawn records"]) == ((0, 1), (0, 1))
    assert november["Questions asked"] == (1, 2)
    assert november["Questions answered or declined"] == (1, 1)
    assert november["Median time to answer"] == ("3 h (of 1)", "1 d 12 h (of 1)")
    assert november["Answers overdue"] == (1, 1)


@pytest.mark.full
def test_shown_the_share_of_field_reports_that_were_answered(
    run_page: RunPage, own_warehouse: Path, tmp_path: Path
) -> None:
    with own_access(own_warehouse) as own:
        own.add("ana", name="Ana", agency="SO-1", roles=["viewer"])
    with serving_people(own_warehouse, tmp_path) as base:
        ana = Member(base, "ana")
        ana.sign_in()
        headers = {"Origin": base, "Content-Type": "application/json"}
        for n in (0, 1, 2, 2):  # the last one is sent twice
            stated = stated_report(n, occurred_at=format_instant(utc_now().replace(second=0)))
            body = json.dumps(stated).encode()
            ana.ask("/report/sent", method="POST", headers=headers, body=body)
    reports = run_page("Reports", own_warehouse)
    reports.selectbox(key="report").select(report_id(1)).run()
    next(button for button in reports.button if button.label == "Grade").click()
    assert not reports.run().exception
    page = run_page("Sharing", own_warehouse)
    assert not page.exception
    assert page.selectbox(key="sharing-partner").options == ["SO-1"]
    sides = shown_sides(page)
    assert sides["Field reports sent"] == ("", "3")
    assert sides["Field reports answered"] == ("33% (1 of 3)", "")
    assert sides["Median, occurred to reported"] == ("not known", "not known")


def test_without_entries_nothing_is_claimed(run_page: RunPage, own_warehouse: Path) -> None:
    page = run_page("Sharing", own_warehouse)
    assert not page.exception
    assert "Nothing was exchanged yet" in page.info[0].value
    assert len(page.dataframe) == 0


def tally(source: str, place: int, n: int) -> DelayTally:
    counts = [0] * 18
    counts[place] = n
    return DelayTally(source=source, counts=tuple(counts))


MONTH = MonthShared(
    partner="DPS",
    month="2026-11",
    ours=SharedSide(
        packages=1,
        added=9,
        occurred_to_reported=(tally("JTF/own", 4, 4), tally("SYNTHETIC:JTF/demo", 0, 5)),
        reported_to_shared=(tally("JTF/own", 9, 4), tally("SYNTHETIC:JTF/demo", 17, 5)),
    ),
    theirs=SharedSide(packages=1, added=2, occurred_to_reported=(tally("DPS/own", 17, 2),)),
    reports=4,
    reports_answered=3,
)


def test_real_and_synthetic_records_are_never_in_one_figure() -> None:
    sharing = Sharing(months=(MONTH,), since=None)
    assert list_records(sharing) == ["real", "synthetic"]
    for synthetic, n, median in ((False, "4", "within 6 h"), (True, "5", "within 1 h")):
        table = build_side_table(MONTH, "JTF", synthetic=synthetic).set_index("Figure")["By JTF"]
        word = "SYNTHETIC " if synthetic else ""
        assert table[f"New {word}records"] == n
        assert table[f"Median, {word}occurred to reported"] == median
        balance = build_balance_table([MONTH], synthetic=synthetic)
        assert balance["We gave"].tolist() == [int(n)]
        sources = build_clock_table(MONTH, "JTF", synthetic=synthetic)["Source"].tolist()
        assert all(source.startswith("SYNTHETIC:") == synthetic for source in sources)


def test_no_count_of_records_is_shown_to_whom_a_source_is_withheld(
    run_page: RunPage, own_warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = StoreSettings(data=own_warehouse)
    publish_events(settings, make_frame(3))
    given = {"number": 7, "added": 3, "occurred_to_reported": [tally("JTF/test", 2, 3).to_text()]}
    audit = AuditLog(settings)
    with audit.recorded(PERSON, "give package", "partner DPS", **given):
        pass
    of_records, shown = {"We gave", "New records", "JTF/test"}, {}
    for marking in ("TLP:GREEN", "TLP:RED"):
        change_marking(settings, "test", marking, by="Ana", reason="a test")
        page = run_page("Sharing", own_warehouse)
        service = page.session_state[CONTEXT].service
        login = marking[4:].lower()
        signed = signed_context(service, own_warehouse, monkeypatch, "curator", login=login)
        page.session_state[CONTEXT] = replace(signed, audit=audit)
        page.run()
        assert not page.exception
        tables = [element.value for element in page.dataframe]
        shown[marking] = {
            str(one) for table in tables for one in (*table.columns, *table.to_numpy().ravel())
        }
    audit.close()
    assert of_records <= shown["TLP:GREEN"]
    assert not of_records & shown["TLP:RED"]
    assert "Questions asked" in shown["TLP:RED"]


def test_what_is_not_known_is_not_zero() -> None:
    table = build_side_table(MONTH, "JTF", synthetic=False).set_index("Figure")
    assert table.loc["Median, occurred to reported", "By DPS"] == "not known"
    assert table.loc["Shared later than 24 h after reported"].tolist() == ["4 of 4", "not known"]
    assert table.loc["Median time to answer"].tolist() == ["no answer", "no answer"]
    assert table.loc["Field reports answered", "By JTF"] == "75% (3 of 4)"
    clocks = build_clock_table(MONTH, "JTF", synthetic=True)
    assert clocks["Reported to shared"].tolist() == ["not known"]


def test_the_first_month_of_the_record_says_so() -> None:
    sharing = Sharing(months=(MONTH,), since=datetime(2026, 11, 3, 12))
    assert "begins 031200Z NOV 26" in build_notes(sharing, "2026-11")[0]
    later = " ".join(build_notes(sharing, "2026-12"))
    assert "begins" not in later
    assert "The time to answer ends when it was answered by the clock of who answered." in later
