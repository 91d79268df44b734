"""Every command is in the audit record, or changes nothing in a warehouse."""

import hashlib
import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from cop import __main__ as command
from cop.access.audit.log import AuditLog
from cop.model.audit import AuditEntry
from cop.settings import StoreSettings
from cop.store.room.alert import Alerts
from tests.support.access import PASSWORD
from tests.support.alert import raise_in
from tests.support.invoked import invoke
from tests.support.layer import make_features, publish_features
from tests.support.mapping import MAPPING
from tests.support.record import iom_row, write_iom

pytestmark = [pytest.mark.access, pytest.mark.timeout(600)]

ACCOUNT = ("--name", "Ana", "--agency", "JTF", "--role", "viewer", "--password-file", "{password}")
AGREE = ("{segment}", "--reason", "Rain", "--by", "Ana", "--records", "synthetic")
RECORDED: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "demo": ("load", ("--events", "300", "--days", "6")),
    "ingest events": ("load", ("{iom}", "--profile", "iom_mmp")),
    **{
        f"ingest {kind}": ("load", ("{iom}", "--profile", profile))
        for kind, profile in {
            "sensors": "sensors_csv",
            "status": "sensor_status_csv",
            "statistics": "patrols_csv",
            "places": "usbp_stations",
            "lines": "fence_2017",
            "terrain": "dted",
        }.items()
    },
    "mark": ("mark", ("iom_mmp", "TLP:GREEN")),
    "ingest undo": ("undo", ("iom_mmp",)),
    "records": ("show", ("synthetic", "--by", "Ana")),
    "watch": ("load", ("{watched}", "--profile", "iom_mmp", "--settle", "0", "--once")),
    "compact": ("compact", ("--files", "2")),
    "doctor": ("repair", ("--repair",)),
    "mapping save": ("save", ("{mapping}",)),
    "mapping export": ("export", ("{name}",)),
    "mapping delete": ("delete", ("{name}",)),
    "layer export": ("export", ("{layer}", "{out}.geojson")),
    "layer style": ("style", ("{layer}",)),
    "layer rollback": ("roll back", ("{layer}", "1")),
    "layer undo": ("undo", ("{layer}",)),
    "layer retire": ("retire", ("{layer}",)),
    "layer publish": ("publish", ("{layer}",)),
    "coverage export": ("export", ("{out}-coverage", "--filter", "records=synthetic")),
    "batch": ("export", ("rollups", "--out", "{out}-batch")),
    "alerts detect": ("detect", ()),
    "alerts export": ("export", ("{alert}",)),
    "alerts acknowledge": ("acknowledge", ("{alert}", "--by", "Ana")),
    "alerts close": (
        "close", ("{alert}", "--by", "Ana", "--outcome", "false", "--reason", "Wrong"),
    ),
    "impact agree": ("agree", (*AGREE, "--level", "high")),
    "impact clear": ("clear", AGREE),
    "handout": ("export", ("--picture", "0" * 12, "{out}.html")),
    "people add": ("add account", ("ana", *ACCOUNT)),
    "people change": ("change account", ("ana", "--role", "analyst")),
    "people disable": ("disable account", ("ana",)),
    "people enable": ("enable account", ("ana",)),
    "people reset": ("reset password", ("ana", "--password-file", "{password}")),
    "people sign-out": ("revoke sessions", ("ana",)),
    "people token": ("add token", ("ana",)),
    "retain": ("retain", ("--keep-days", "0", "--keep-versions", "1")),
    "backup": ("backup", ("{out}.tar",)),
    "restore": ("restore", ("{out}.tar",)),
}  # fmt: skip
"""What changes a warehouse, or takes something out of it: the action, and arguments."""
ELSEWHERE = {
    **{
        f"{group} {command}": f"needs more than a warehouse: tests/cli/test_{group}.py"
        for group, commands in {
            "partner": ("add", "card", "change", "give", "list", "resume", "show", "suspend"),
            "exchange": ("export", "import", "open", "sync"),
            "tak": ("export", "import", "run", "show"),
            "rfi": (
                "answer",
                "ask",
                "assign",
                "close",
                "consent",
                "decline",
                "list",
                "pass",
                "show",
            ),
            "brief": ("daily", "list", "make", "remove"),
        }.items()
        for command in commands
    },
    **{
        f"{group} {command}": "needs a token or a partner: tests/cli/test_token.py"
        for group, command in (
            *(("people", "revoke-token"), ("partner", "revoke-token")),
            *(("partner", "token"), ("partner", "tokens")),
        )
    },
    "ingest layer": "a process reads the file: tests/cli/test_layer.py",
    "audit begin": "needs a record that is not whole: tests/cli/test_audit.py",
    "audit prune": "needs entries of earlier days: tests/cli/test_audit.py",
    "run": "serves; the demo that it builds where there is none is that of `cop demo`",
    "alerts list": "notes what the newest version raises, as a server does by itself",
    "bench": "builds warehouses of its own to measure",
    "bench gate": "builds a warehouse of its own to measure",
    "bench board": "builds a warehouse of its own to measure",
    "bench picture": "builds a warehouse of its own to measure",
    "bench paint": "builds a warehouse of its own to measure",
    "bench viewers": "builds a warehouse of its own to measure",
    "bench scale": "builds a warehouse of its own to measure",
    "bench stream": "builds a warehouse of its own to measure",
    "bench tiles": "builds a warehouse of its own to measure",
}
READS: Mapping[str, tuple[str, ...]] = {
    "people list": (),
    "people tokens": (),
    "mapping list": (),
    "layer list": (),
    "layer show": ("{layer}",),
    "layer diff": ("{layer}", "1", "2"),
    "layer measure": ("{layer}",),
    "alerts show": ("{alert}",),
    "impact list": ("--records", "synthetic"),
    "impact show": ("{segment}", "--records", "synthetic"),
    "versions": (),
    "diff": ("1", "2"),
    "coverage plan": ("--patrols", "1", "--filter", "records=synthetic"),
    "audit verify": (),
    "audit list": (),
    "audit export": ("{out}.jsonl",),
    "audit head": (),
}
"""What only reads a warehouse: arguments."""


def list_commands() -> dict[str, Any]:
    """Return the commands of the program, each by its words."""

    def walk(words: str, found: Any) -> Iterator[tuple[str, Any]]:
        inside = getattr(found, "commands", {})
        if not inside or getattr(found, "invoke_without_command", False):
            yield words, found
        for name, inner in inside.items():
            yield from walk(f"{words} {name}".strip(), inner)

    return dict(walk("", typer.main.get_command(command.app)))


def test_each_command_is_recorded_or_reads() -> None:
    found = list_commands()
    of_warehouses = {
        words for words, one in found.items() if any(option.name == "data" for option in one.params)
    }
    assert of_warehouses == {*RECORDED, *ELSEWHERE, *READS}
    lists = [*RECORDED, *ELSEWHERE, *READS]
    assert len(lists) == len({*lists}), "a command is of one list"
    others = {words.split()[0] for words in {*found} - of_warehouses}
    assert others == {"region", "backtest", "bench", "tak"}, "they know no warehouse"


@dataclass(frozen=True, kw_only=True)
class Desk:
    """A warehouse with something of everything, and what the arguments stand for."""

    data: Path
    names: Mapping[str, Any]

    def run(self, words: str, arguments: tuple[str, ...]) -> Any:
        given = [argument.format(**self.names) for argument in arguments]
        return invoke(*words.split(), *given, "--data", self.data)

    def entries(self) -> list[AuditEntry]:
        with closing(AuditLog(StoreSettings(data=self.data))) as log:
            return [*log.file.read()]


@pytest.fixture
def desk(own_warehouse: Path, tmp_path: Path) -> Desk:
    iom, watched, password = tmp_path / "a.csv", tmp_path / "in", tmp_path / "password"
    write_iom(iom, [iom_row()])
    watched.mkdir()
    write_iom(watched / "b.csv", [iom_row()])
    password.write_text(f"{PASSWORD}\n")
    password.chmod(0o600)
    step = publish_features(own_warehouse, make_features())
    publish_features(own_warehouse, make_features(name=list("abcd")), layer_id=step.layer.id)
    alert = raise_in(Alerts(StoreSettings(data=own_warehouse)), "TCA", "1")
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(yaml.safe_dump(MAPPING))
    names = {
        "iom": iom, "watched": watched, "password": password, "out": tmp_path / "out",
        "layer": step.layer.id, "alert": alert, "mapping": mapping,
        "name": MAPPING["name"], "segment": "TCA-0010",
    }  # fmt: skip
    return Desk(data=own_warehouse, names=names)


@pytest.mark.full
def test_shown_each_command_that_changes_something_is_recorded(desk: Desk) -> None:
    n = 0
    silent = {}
    for words, (action, arguments) in RECORDED.items():
        result = desk.run(words, arguments)
        entries = desk.entries()
        actions = {entry.action for entry in entries[n:]}
        if action not in actions:
            silent[words] = (actions, result.output)
        n = len(entries)
    assert silent == {}


@pytest.mark.full
def test_shown_each_command_that_reads_leaves_the_warehouse_as_it_is(desk: Desk) -> None:
    desk.run("demo", ("--events", "300", "--days", "6"))
    for words, arguments in READS.items():
        desk.run(words, arguments)
    before = digest(desk.data)
    for words, arguments in READS.items():
        result = desk.run(words, arguments)
        assert result.exit_code in (0, 1, 2), (words, result.output)
        assert digest(desk.data) == before, words


def digest(folder: Path) -> dict[str, str]:
    """Return a digest of each file, but for journals and locks of SQLite.

    A database is its content: when its journal is written back into the file, that changes.
    """
    passing = re.compile(r"(-wal|-shm|\.lock)$")
    return {
        str(path.relative_to(folder)): hashlib.sha256(read_content(path)).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not passing.search(path.name)
    }


def read_content(path: Path) -> bytes:
    if path.suffix != ".sqlite":
        return path.read_bytes()
    with closing(sqlite3.connect(path)) as opened:
        return "\n".join(opened.iterdump()).encode()
