"""Servers of agencies by their real commands, in simulated time, for tests of requests."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from cop.access.audit.log import AuditLog
from cop.model import moment
from cop.resource import package_path
from cop.store.room.annotation import Annotations
from cop.store.room.relational import RoomRecords
from cop.store.room.rfi import Rfis
from tests.support.access import SetClock
from tests.support.invoked import invoke
from tests.support.partner import Office, open_office

BEGUN = datetime(2026, 10, 30, 8)


def simulate(monkeypatch: pytest.MonkeyPatch, at: datetime = BEGUN) -> SetClock:
    """Let commands, the room and the audit record go by a clock that a test sets."""
    clock = SetClock(at)
    monkeypatch.setattr(moment, "utc_now", clock)
    monkeypatch.setattr(moment, "utc_instant", clock)
    for kind in (RoomRecords, Rfis, Annotations, AuditLog):
        monkeypatch.setitem(kind.__init__.__kwdefaults__, "now", clock)
    return clock


@dataclass(frozen=True)
class Station:
    """The server of an agency, worked by its commands."""

    office: Office
    policy: Path
    packages: Path

    @property
    def code(self) -> str:
        return self.office.code

    def run(self, *arguments: str) -> Result:
        """Run a command on this server's data, under its policy."""
        data = self.office.settings.data
        return invoke(*arguments, "--data", data, "--access", self.policy)

    def done(self, *arguments: str) -> str:
        """Run a command that has to go well, and return what it prints."""
        result = self.run(*arguments)
        assert result.exit_code == 0, result.output
        return result.stdout

    def refused(self, *arguments: str) -> str:
        """Run a command that has to be refused, and return why."""
        result = self.run(*arguments)
        assert result.exit_code == 2, result.output
        return result.stderr

    def ask(self, code: str, text: str = "What was seen there?", *more: str) -> str:
        """Ask, and return the request's id."""
        place = () if {"--at", "--county", "--area"} & {*more} else ("--county", "Santa Cruz, AZ")
        stated = json.loads(self.done("rfi", "ask", code, text, *place, *more, "--json"))
        return str(stated["id"])

    def state(self, rfi_id: str) -> dict[str, Any]:
        """Return a request as it is shown."""
        found: dict[str, Any] = json.loads(self.done("rfi", "show", rfi_id, "--json"))
        return found

    def send(self, other: "Station") -> str:
        """Give the other one the next package, and let it take that."""
        path = self.packages / f"{self.code}-{other.code}-{len([*self.packages.iterdir()])}.coppkg"
        self.done("exchange", "export", other.code, str(path))
        return other.done("exchange", "import", str(path))

    def entries(self, *actions: str) -> list[dict[str, Any]]:
        """Return what is recorded of acts that were done, the oldest first."""
        data = self.office.settings.data
        listed = invoke("audit", "list", "--limit", "1000", "--json", "--data", data).stdout
        found = [
            {**entry, "detail": json.loads(entry["detail"])}
            for entry in json.loads(listed)["entries"]
            if entry["action"] in actions and entry["outcome"] == "done"
        ]
        return found[::-1]


def open_stations(bare: Path, folder: Path, codes: Sequence[str]) -> dict[str, Station]:
    """Open servers that are partners of one another, and give each other up to TLP:AMBER."""
    packages = folder / "packages"
    packages.mkdir()
    shipped = package_path("data", "access.yaml").read_text()
    stations = {}
    for code in codes:
        policy = folder / f"{code}.yaml"
        policy.write_text(shipped.replace("host: JTF", f"host: {code}", 1))
        stations[code] = Station(open_office(bare, folder, code), policy, packages)
    for one in stations.values():
        for other in stations.values():
            if one is not other:
                one.office.meet(other.office, highest="TLP:AMBER")
    return stations
