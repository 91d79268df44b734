"""Tests of `cop tak`: what is given is shown, and what is missing is told in one line."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from cop.access.audit.log import AuditLog
from cop.model.moment import utc_now
from cop.settings import StoreSettings
from tests.support.invoked import invoke, read_refusal
from tests.support.record import make_frame
from tests.support.store import publish_events
from tests.support.tak import make_authority, tak_environment, write_policy, write_tak_file
from tests.support.warehouse import copy_warehouse

pytestmark = pytest.mark.exchange


@pytest.fixture
def options(bare_warehouse: Path, tmp_path: Path) -> list[str | Path]:
    data = copy_warehouse(bare_warehouse, tmp_path / "own")
    given = write_tak_file(tmp_path)
    return ["--data", data, "--tak-file", given, "--access", write_policy(tmp_path)]


def publish(options: list[str | Path], n: int) -> None:
    now = utc_now()
    frame = make_frame(
        n, source_id=[f"r{i}" for i in range(n)], marking="TLP:AMBER",
        occurred_at=[now - timedelta(hours=1)] * n,
    )  # fmt: skip
    publish_events(StoreSettings(data=Path(str(options[1]))), frame)


def test_what_is_given_is_shown_before_anything_is_sent(options: list[str | Path]) -> None:
    publish(options, 4)
    said = invoke("tak", "show", *options).stdout
    assert "TAK-1 is given events: 4 records now, 0 of them SYNTHETIC, TLP:AMBER" in said
    assert "it has 0; 0 messages are to be sent" in said
    assert "taken from it: nothing" in said
    stated = json.loads(invoke("tak", "show", "--json", *options).stdout)
    assert (stated["records"], stated["rules"]["highest"]) == (4, "TLP:AMBER")


def test_an_export_is_recorded_with_its_marking(options: list[str | Path], tmp_path: Path) -> None:
    publish(options, 4)
    invoke("tak", "export", tmp_path / "out.zip", "--by", "Ana", *options)
    settings = StoreSettings(data=Path(str(options[1])))
    done = [e for e in AuditLog(settings).between() if e.action == "export tak package"]
    assert [entry.outcome for entry in done] == ["begun", "done"]
    assert json.loads(done[1].detail)["marking"] == "TLP:AMBER"
    assert done[1].name == "Ana"


def test_what_is_missing_is_told_in_one_line(options: list[str | Path]) -> None:
    assert "set COP_TAK_ADDRESS" in read_refusal(invoke("tak", "check"))
    assert "set COP_TAK_ADDRESS" in read_refusal(invoke("tak", "run", *options))
    assert "--tak-file FILE or COP_TAK_FILE" in read_refusal(invoke("tak", "show"))


def test_a_key_that_others_may_read_is_refused(
    options: list[str | Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = make_authority(tmp_path / "authority")
    identity = authority.issue("cop")
    identity.key.chmod(0o644)
    for name, value in tak_environment(8089, authority, identity).items():
        monkeypatch.setenv(name, value)
    assert "chmod 600" in read_refusal(invoke("tak", "run", *options))
