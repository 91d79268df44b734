"""Tests of alerts by the real command line and server, from a publish to the closed alert."""

import json
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from cop import __main__ as command
from cop.model.moment import utc_now
from cop.settings import StoreSettings
from cop.store.room.alert import Alerts
from cop.store.room.audit import list_steps
from tests.support.access import Member, own_access, serving_people
from tests.support.alert import cap_text, make_finding, make_surge, read_cap
from tests.support.command import run_cop, serving
from tests.support.http import Caller
from tests.support.store import publish_events

pytestmark = pytest.mark.forecast

HANG_SECONDS = 180


def invoke(*arguments: str | Path) -> Result:
    return CliRunner().invoke(command.app, ["alerts", *map(str, arguments)])


def await_alerts(caller: Caller, records: str, n: int) -> list[dict[str, Any]]:
    """What the server says once it has looked through the newest version."""
    deadline = time.monotonic() + HANG_SECONDS
    while time.monotonic() < deadline:
        found = list(caller.ask("/api/alerts", [("records", records)]).json()["alerts"])
        if len(found) >= n:
            return found
        time.sleep(0.1)
    raise AssertionError(f"no {n} alerts within {HANG_SECONDS} s")


def test_shown_a_surge_is_raised_on_publish_acknowledged_closed_and_exported(
    own_warehouse: Path, tmp_path: Path
) -> None:
    """A running server raises it, the commands look after it, and a second publish adds none."""
    store, now = StoreSettings(data=own_warehouse), utc_now()
    environment = {"COP_ALERT_SECONDS": "0.1", "COP_POLL_SECONDS": "0.1"}
    with serving(own_warehouse, tmp_path / "log.txt", environment=environment) as base:
        caller = Caller(base)
        publish_events(store, make_surge(now, source="real", surge=4), source="real")
        publish_events(
            store, make_surge(now, source="drill", synthetic=True), source="drill", synthetic=True
        )
        (drill,) = await_alerts(caller, "synthetic", 1)
        assert caller.ask("/api/alerts", [("records", "real")]).json()["alerts"] == []
        assert (drill["sector"], drill["observed"], drill["state"]) == ("RGV", 36, "open")
        assert drill["expected"] == pytest.approx(13.5, abs=0.5)
        assert drill["title"].startswith("surge in RGV for ")
        assert drill["synthetic"] is True
        publish_events(store, make_surge(now, source="real"), source="real")
        (real,) = await_alerts(caller, "real", 1)
        assert "1.6 false alarms per place per year" in real["false_alarms"]
        done = run_cop("alerts", "acknowledge", real["id"], "--by", "Ana", "--data", own_warehouse)
        assert done.returncode == 0, done.stderr
        (seen,) = caller.ask("/api/alerts", [("records", "real")]).json()["alerts"]
        assert (seen["id"], seen["state"]) == (real["id"], "acknowledged")
        for given in ([("state", "won")], [("kind", "surge")], [("records", "all")]):
            assert caller.ask("/api/alerts", given).status == 400
        assert caller.ask("/api/alerts/x").status == 404
        assert caller.ask("/api/alerts", method="POST").status == 405
        caller.close()
    message = run_cop("alerts", "export", real["id"], "--data", own_warehouse)
    root = read_cap(message.stdout)
    assert cap_text(root, "c:status") == ["Actual"]
    drilled = read_cap(invoke("export", drill["id"], "--data", own_warehouse).stdout)
    assert cap_text(drilled, "c:status") == ["Exercise"]
    closing = ("--by", "Avery", "--outcome", "confirmed", "--reason", "Seen by two patrols.")
    closed = invoke("close", real["id"], *closing, "--data", own_warehouse, "--json")
    assert json.loads(closed.stdout)["outcome"] == "confirmed"
    steps = list_steps(store, subject=f"alert {real['id']}")
    assert [step.who for step in reversed(steps)] == ["cop", "Ana", "Avery"]


def test_the_list_looks_through_the_newest_version_and_sets_synthetic_apart(
    own_warehouse: Path,
) -> None:
    now = utc_now()
    publish_events(
        StoreSettings(data=own_warehouse), make_surge(now, synthetic=True), synthetic=True
    )
    told = invoke("list", "--data", own_warehouse)
    assert told.exit_code == 0, told.output
    assert told.stdout.count("\n") == 1
    assert "open          SYNTHETIC surge in RGV for " in told.stdout
    assert "36 events, 13.5 expected" in told.stdout
    assert invoke("detect", "--data", own_warehouse).stdout == "no new alerts\n"
    assert "no alerts" in invoke("list", "--records", "real", "--data", own_warehouse).stdout
    (known,) = json.loads(invoke("list", "--json", "--data", own_warehouse).stdout)
    shown = invoke("show", known["id"], "--data", own_warehouse)
    assert " raised by cop: " in shown.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("acknowledge", "nothing", "--by", "Ana"), "no alert 'nothing' exists"),
        (("list", "--state", "won"), "state='won': use one of open, acknowledged, closed"),
        (("export", "ID", "--sender", "a b"), "sender 'a b': use letters"),
        (("export", "ID", "--out", "TAKEN"), "choose a new file"),
        (
            ("close", "ID", "--by", "Ana", "--outcome", "false", "--reason", " "),
            "reason '': use 1 to 500",
        ),
    ],
)
def test_bad_input_is_one_line_with_the_value_and_the_remedy(
    own_warehouse: Path, tmp_path: Path, arguments: tuple[str, ...], told: str
) -> None:
    taken = tmp_path / "taken.xml"
    taken.write_text("mine")
    alerts = Alerts(StoreSettings(data=own_warehouse))
    (raised,) = alerts.note("1", [make_finding()])
    alerts.close()
    stand_in = {"ID": raised.id, "TAKEN": str(taken)}
    given = [stand_in.get(word, word) for word in arguments]
    result = invoke(*given, "--data", own_warehouse)
    assert result.exit_code == 2
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line.startswith("cop: ")
    assert told in line
    assert taken.read_text() == "mine"


def test_without_a_warehouse_the_remedy_is_told(tmp_path: Path) -> None:
    result = invoke("list", "--data", tmp_path / "none")
    assert result.exit_code == 2
    assert "choose one with --data" in result.stderr
    assert not (tmp_path / "none").exists()


def test_alerts_of_an_earlier_moment_are_those_that_stood_then(own_warehouse: Path) -> None:
    moment = [utc_now()]
    alerts = Alerts(StoreSettings(data=own_warehouse), now=lambda: moment[0])
    (raised,) = alerts.note("1", [make_finding()])
    moment[0] += timedelta(hours=1)
    alerts.acknowledge(raised.id, by="Ana")
    (then,), (now,) = alerts.list(at=raised.at), alerts.list()
    assert (then.state, now.state) == ("open", "acknowledged")
    alerts.close()


@pytest.mark.access
def test_shown_who_signs_in_has_the_alerts_of_what_they_may_read(
    own_warehouse: Path, tmp_path: Path
) -> None:
    store, now = StoreSettings(data=own_warehouse), utc_now()
    hidden = make_surge(now, marking="TLP:RED", days=3, surge=5)
    frames = make_surge(now, marking="TLP:GREEN"), hidden.assign(source_id="h" + hidden.source_id)
    publish_events(store, *frames)
    with own_access(own_warehouse) as own:
        own.add("ana", agency="JTF", highest="TLP:RED")
        own.add("avery", agency="SO-1")
    found = {}
    with serving_people(own_warehouse, tmp_path, environment={"COP_ALERT_SECONDS": "0.1"}) as base:
        for login in ("ana", "avery"):
            member = Member(base, login)
            assert member.sign_in().status == 303
            deadline = time.monotonic() + HANG_SECONDS
            while login not in found and time.monotonic() < deadline:
                for alert in member.ask("/api/alerts?records=real").json()["alerts"]:
                    found[login] = (alert["observed"], alert["marking"], alert["id"])
                time.sleep(0.1)
    assert [found[login][:2] for login in ("ana", "avery")] == [(51, "TLP:RED"), (36, "TLP:GREEN")]
    # The commands list those of all records, and find each by its id.
    (listed,) = json.loads(invoke("list", "--data", own_warehouse, "--json").stdout)
    assert listed["observed"] == 51
    (shown,) = json.loads(
        invoke("show", found["avery"][2], "--data", own_warehouse, "--json").stdout
    )
    assert shown["observed"] == 36
