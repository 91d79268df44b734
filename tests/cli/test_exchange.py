"""Tests of `cop exchange`: packages as files between two warehouses."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from cop.access.audit.log import AuditLog
from cop.exchange import transfer
from cop.exchange.transfer import PartnerServer
from cop.model.moment import utc_now
from cop.resource import import_folder
from tests.support.invoked import invoke, read_refusal
from tests.support.partner import Office, make_node, open_office
from tests.support.record import make_frame

pytestmark = pytest.mark.exchange
N = 6
"""The policy that is shipped leaves out cells of fewer than 5 for people up to TLP:GREEN."""


@dataclass(frozen=True)
class Desk:
    """An office and its policy file, as its operator works with them."""

    office: Office
    policy: Path

    def run(self, command: str, *arguments: str | Path) -> Any:
        own = ("--data", self.office.settings.data, "--access", self.policy)
        return invoke("exchange", command, *arguments, *own)

    def json(self, command: str, *arguments: str | Path) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.run(command, *arguments, "--json").stdout)
        return found

    @property
    def recorded(self) -> list[tuple[str, str, str]]:
        entries = AuditLog(self.office.settings).between()
        return [(e.action, e.subject, e.outcome) for e in entries if e.outcome != "begun"]


@pytest.fixture
def desks(bare_warehouse: Path, tmp_path: Path) -> Iterator[tuple[Desk, Desk]]:
    own, other = (open_office(bare_warehouse, tmp_path, code) for code in ("JTF", "DPS"))
    own.meet(other)
    other.meet(own)
    when = [datetime(2025, 6, 1, i) for i in range(N)]
    own.publish(make_frame(N, source_id=[f"r{i}" for i in range(N)], occurred_at=when))
    yield Desk(own, write_policy(tmp_path, "JTF")), Desk(other, write_policy(tmp_path, "DPS"))
    own.close()
    other.close()


def write_policy(folder: Path, host: str) -> Path:
    path = folder / f"{host}.yaml"
    shipped = (import_folder() / "data" / "access.yaml").read_text()
    path.write_text(shipped.replace("\nhost: JTF\n", f"\nhost: {host}\n"))
    return path


def test_a_package_goes_from_one_to_the_other_as_a_file(
    desks: tuple[Desk, Desk], tmp_path: Path
) -> None:
    own, other = desks
    stick = tmp_path / "a.coppkg"
    given = own.run("export", "DPS", stick)
    assert "for DPS, everything: 6 records, 0 withdrawn, 0 requests, TLP:CLEAR" in given.stdout
    other_stick = tmp_path / "renamed by a clerk.coppkg"
    shutil.move(stick, other_stick)
    taken = other.run("import", other_stick)
    assert "of JTF: 6 added, 0 changed, 0 withdrawn; 0 requests; version" in taken.stdout
    refused = read_refusal(other.run("import", other_stick))
    assert "was received before; nothing changes" in refused
    assert own.recorded == [("give package", "partner DPS", "done")]
    assert other.recorded == [
        ("receive package", "partner JTF", "done"),
        ("receive package", "renamed by a clerk.coppkg", "refused"),
    ]


def test_json_has_the_same_figures(desks: tuple[Desk, Desk], tmp_path: Path) -> None:
    own, other = desks
    given = own.json("export", "DPS", tmp_path / "a.coppkg")
    assert (given["n"], given["withdrawn"], given["since"]) == (N, 0, 0)
    taken = other.json("import", tmp_path / "a.coppkg")
    assert (taken["added"], taken["changed"], taken["removed"]) == (N, 0, 0)
    assert taken["digest"] == given["digest"]


def test_a_whole_one_is_written_where_it_is_asked_for(
    desks: tuple[Desk, Desk], tmp_path: Path
) -> None:
    own, other = desks
    own.run("export", "DPS", tmp_path / "a.coppkg")
    other.run("import", tmp_path / "a.coppkg")
    other.run("export", "JTF", tmp_path / "b.coppkg")
    own.run("import", tmp_path / "b.coppkg")
    assert own.json("export", "DPS", tmp_path / "c.coppkg")["n"] == 0
    assert own.json("export", "DPS", tmp_path / "d.coppkg", "--whole")["n"] == N


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("export", "DPS", "a.zip"), "a package is a file *.coppkg"),
        (("export", "CBP", "a.coppkg"), "no partner 'CBP'"),
        (("import", "none.coppkg"), "cannot be read"),
        (("sync",), "no partner has an address"),
        (("sync", "CBP"), "no partner 'CBP'"),
    ],
)
def test_what_cannot_be_done_is_refused(
    desks: tuple[Desk, Desk], tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    command, *rest = arguments
    refused = desks[0].run(command, *(tmp_path / a if "." in a else a for a in rest))
    assert words in read_refusal(refused)
    assert [*tmp_path.glob("*.coppkg")] == []


def test_a_partner_without_an_address_is_not_synced(desks: tuple[Desk, Desk]) -> None:
    done = desks[0].run("sync", "DPS")
    assert done.exit_code == 1
    assert "partner DPS has no address" in done.stderr


@pytest.mark.parametrize("way", ["fetch_package", "send_package"])
def test_a_fault_of_any_kind_with_one_partner_keeps_no_other_from_its_turn(
    desks: tuple[Desk, Desk], monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    def fail_for_dps(_service: object, server: PartnerServer, **_stated: object) -> None:
        if server.partner.code == "DPS":
            raise ValueError("no number:\n\u00b2")

    for name in ("fetch_package", "send_package"):
        monkeypatch.setattr(transfer, name, fail_for_dps if name == way else lambda *_a, **_s: None)
    own = desks[0]
    own.office.room.partners.add(make_node(own.policy.parent, "SO-1").card)
    for code in ("DPS", "SO-1"):
        own.office.room.partners.change(code, address=f"https://{code.lower()}.example")
    done = own.run("sync")
    assert done.exit_code == 1
    assert done.stderr == "cop: DPS: the exchange failed: ValueError: no number: \u00b2\n"
    assert "SO-1: nothing new\nSO-1: nothing new for it\n" in done.stdout
    failed = "receive package" if way == "fetch_package" else "give package"
    assert [entry for entry in own.recorded if entry[2] != "done"] == [
        (failed, "partner DPS", "failed")
    ]


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit])
def test_who_stops_an_exchange_stops_it(
    desks: tuple[Desk, Desk], monkeypatch: pytest.MonkeyPatch, stop: type[BaseException]
) -> None:
    def end(*_arguments: object, **_stated: object) -> None:
        raise stop

    monkeypatch.setattr(transfer, "fetch_package", end)
    own = desks[0]
    own.office.room.partners.change("DPS", address="https://dps.example")
    assert "nothing new for it" not in own.run("sync").stdout


def test_a_package_is_opened_as_its_receiver_sees_it(
    desks: tuple[Desk, Desk], tmp_path: Path
) -> None:
    own, other = desks
    own.office.room.partners.change("DPS", rules={"parts": ("events",), "precision": "1km"})
    package = tmp_path / "a.coppkg"
    own.run("export", "DPS", package)
    stated = own.run("open", package, "--rows", "2").stdout.splitlines()
    assert stated[0].endswith("of JTF for DPS: everything")
    for line in ("marked     TLP:CLEAR", "records    6", "withdrawn  0", "kind       crossing 6",
                 "precision  1km 6", "source     own of JTF: Own, TLP:CLEAR"):  # fmt: skip
        assert line in stated
    assert len([line for line in stated if line.startswith("record  ")]) == 2
    # The receiver sees the same, and then has the same.
    assert other.json("open", package) == own.json("open", package)
    other.run("import", package)
    other.office.warehouse.refresh()
    seen = own.json("open", package, "--rows", "6")
    columns = ("kind", "count", "lon", "lat", "county", "marking")
    assert sorted([*(row[c] for c in columns)] for row in seen["first"]) == sorted(
        [*row] for row in other.office.rows(*columns)
    )
    assert own.office.rows("lon") != [(row["lon"],) for row in seen["first"]]


def test_files_of_a_package_are_written_to_a_new_folder(
    desks: tuple[Desk, Desk], tmp_path: Path
) -> None:
    own, _ = desks
    package, out = tmp_path / "a.coppkg", tmp_path / "opened"
    own.run("export", "DPS", package)
    assert "not sealed, marked TLP:CLEAR" in own.run("open", package, "--out", out).stdout
    assert {path.name for path in out.iterdir()} == {
        "manifest.json", "events.parquet", "sources.json",
    }  # fmt: skip
    assert out.stat().st_mode & 0o077 == 0
    assert len(pq.read_table(out / "events.parquet")) == N
    assert "it exists: name a folder" in read_refusal(own.run("open", package, "--out", out))


def test_who_is_neither_sender_nor_receiver_opens_nothing(
    desks: tuple[Desk, Desk], tmp_path: Path, bare_warehouse: Path
) -> None:
    own, _ = desks
    package = tmp_path / "a.coppkg"
    own.run("export", "DPS", package)
    (tmp_path / "third").mkdir()
    third = open_office(bare_warehouse, tmp_path / "third", "CBP")
    third.meet(own.office)
    desk = Desk(third, write_policy(tmp_path, "CBP"))
    refused = read_refusal(desk.run("open", package, "--out", tmp_path / "x"))
    assert "sealed for another server" in refused
    assert not (tmp_path / "x").exists()
    third.close()


def test_shown_a_package_changed_replayed_expired_misdirected_or_of_a_stranger_is_refused(
    desks: tuple[Desk, Desk], tmp_path: Path, bare_warehouse: Path
) -> None:
    """As files on a stick, with the real commands; the picture stays as it was."""
    own, other = desks
    sticks = tmp_path / "sticks"
    sticks.mkdir()
    good = sticks / "good.coppkg"
    own.run("export", "DPS", good)
    changed = sticks / "changed.coppkg"
    content = bytearray(good.read_bytes())
    content[len(content) // 2] ^= 1
    changed.write_bytes(content)
    expired = own.office.give(other.office, sticks, at=utc_now() - timedelta(days=31))
    strangers = tmp_path / "strangers"
    strangers.mkdir()
    stranger = open_office(bare_warehouse, strangers, "CBP")
    stranger.meet(other.office)
    unknown = stranger.give(other.office, sticks, at=utc_now())
    own.office.meet(stranger)
    misdirected = own.office.give(stranger, sticks, at=utc_now())
    for package, words in (
        (changed, "changed or cut on its way"),
        (expired, "it expired at"),
        (unknown, "it says that it is of CBP, which is no partner here"),
        (misdirected, "sealed for another server"),
    ):
        assert words in read_refusal(other.run("import", package))
        other.office.warehouse.refresh()
        assert other.office.rows("event_id") == []
    assert other.json("import", good)["added"] == N
    assert "was received before" in read_refusal(other.run("import", good))
    refused = [subject for _, subject, outcome in other.recorded if outcome == "refused"]
    assert refused == [path.name for path in (changed, expired, unknown, misdirected, good)]
    stranger.close()
