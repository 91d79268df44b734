"""The audit record by the real command line."""

import json
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import shapely

from cop.cli.base import name_user
from cop.model.moment import utc_now
from cop.settings import StoreSettings
from cop.store.audit.head import HEAD_FILE
from cop.store.room.impact import Decisions
from cop.store.room.picture import SavedPictures
from tests.support.audit import fill, tampering
from tests.support.command import run_cop
from tests.support.invoked import invoke, read_refusal
from tests.support.layer import make_features, write_draft
from tests.support.saved import make_draft
from tests.support.store import publish_table

pytestmark = pytest.mark.access


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    fill(folder, 30)
    return folder


def test_verify_by_the_command_line(data: Path, tmp_path: Path) -> None:
    well = run_cop("audit", "verify", "--data", data)
    assert well.returncode == 0, well.stderr
    assert "30 entries are whole; the head is 30:" in well.stdout
    head = run_cop("audit", "head", "--data", data).stdout.strip()
    with tampering(data) as opened:
        opened.execute("UPDATE entry SET who = 'x' WHERE seq = 12")
    found = run_cop("audit", "verify", "--data", data)
    assert found.returncode == 1
    assert "entry 12 is changed: its hash is not that of its content" in found.stdout
    assert head.startswith("30:")


@pytest.mark.parametrize(
    ("sql", "kind", "first"),
    [
        ("DELETE FROM entry WHERE seq = 1", "removed", 1),
        ("DELETE FROM entry WHERE seq IN (7, 8)", "removed", 7),
        ("UPDATE entry SET seq = CASE seq WHEN 5 THEN 106 ELSE seq END", "removed", 5),
        ("DELETE FROM entry WHERE seq > 25", "cut", 26),
        ("DELETE FROM entry", "cut", 1),
    ],
)
def test_verify_names_the_first_bad_entry(data: Path, sql: str, kind: str, first: int) -> None:
    with tampering(data) as opened:
        opened.execute(sql)
    done = invoke("audit", "verify", "--json", "--data", data)
    assert done.exit_code == 1
    found = json.loads(done.stdout)
    assert (found["whole"], found["finding"]["kind"], found["finding"]["first"]) == (
        False,
        kind,
        first,
    )


def test_a_noted_head_shows_what_the_files_cannot(data: Path) -> None:
    head = invoke("audit", "head", "--data", data).stdout.strip()
    assert invoke("audit", "verify", "--head", head, "--data", data).exit_code == 0
    for path in data.iterdir():
        path.unlink()
    fill(data, 40, start=datetime(2026, 5, 5))
    assert invoke("audit", "verify", "--data", data).exit_code == 0
    done = invoke("audit", "verify", "--head", head, "--data", data)
    assert done.exit_code == 1
    assert "entry 30 is not the one that was noted" in done.stdout
    assert "write SEQ:HASH" in read_refusal(
        invoke("audit", "verify", "--head", "30", "--data", data)
    )


def test_list_is_narrowed(data: Path) -> None:
    listed = invoke(
        "audit", "list", "--action", "publish", "--who", "p4", "--outcome", "done",
        "--from", "2026-01-01T00:04:00Z", "--to", "2026-01-02", "--data", data,
    )  # fmt: skip
    assert listed.exit_code == 0, listed.stderr
    lines = listed.stdout.splitlines()
    assert lines == [
        "     5  2026-01-01T00:04:00Z  local:p4 (Person 4), this machine: publish layer 4: done"
        "  version=4"
    ]
    found = json.loads(invoke("audit", "list", "--limit", "3", "--json", "--data", data).stdout)
    assert [entry["seq"] for entry in found["entries"]] == [30, 29, 28]
    assert invoke("audit", "list", "--who", "nobody", "--data", data).stdout == "no entries\n"
    refused = invoke("audit", "list", "--from", "yesterday", "--data", data)
    assert "from='yesterday' is not a moment" in read_refusal(refused)


def test_what_a_terminal_obeys_is_not_printed(data: Path) -> None:
    with tampering(data) as opened:
        opened.execute("UPDATE entry SET who = ? WHERE seq = 30", ["\x1b[2J\nx"])
    listed = invoke("audit", "list", "--limit", "1", "--data", data).stdout
    assert "?[2J?x" in listed
    assert len(listed.splitlines()) == 1


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_an_exported_file_proves_itself(data: Path, tmp_path: Path, form: str) -> None:
    file = tmp_path / f"out.{form}"
    done = invoke("audit", "export", file, "--format", form, "--data", data)
    assert done.exit_code == 0, done.stderr
    printed = invoke("audit", "export", "--format", form, "--data", data)
    assert printed.stdout == file.read_text()
    well = invoke("audit", "verify", "--file", file)
    assert well.exit_code == 0, well.stdout
    part = tmp_path / "part"
    invoke(
        "audit", "export", part, "--format", form, "--from", "2026-01-01T00:10:00Z", "--data", data
    )
    told = invoke("audit", "verify", "--file", part)
    assert told.exit_code == 0
    assert "20 entries are whole, after entry 10 (" in told.stdout
    file.write_text(file.read_text().replace("local:p4", "local:p5", 1))
    bad = invoke("audit", "verify", "--file", file)
    assert bad.exit_code == 1
    assert "entry 5 is changed" in bad.stdout
    assert "there is no folder" in read_refusal(
        invoke("audit", "export", tmp_path / "x" / "y", "--data", data)
    )


def test_prune_says_where_the_entries_are(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "--keep-days" in read_refusal(invoke("audit", "prune", "--data", data))
    for path in data.iterdir():
        path.unlink()
    fill(data, 30, start=utc_now() - timedelta(days=40))
    monkeypatch.setenv("COP_AUDIT_KEEP_DAYS", "50")
    told = invoke("audit", "prune", "--data", data, "--to", tmp_path)
    assert told.stdout == "no entry is older than 50 days\n"
    monkeypatch.setenv("COP_AUDIT_KEEP_DAYS", "20")
    done = json.loads(invoke("audit", "prune", "--json", "--data", data, "--to", tmp_path).stdout)
    assert (done["entries"], done["up_to"]) == (30, 30)
    assert invoke("audit", "verify", "--file", done["file"]).exit_code == 0
    well = invoke("audit", "verify", "--data", data)
    assert well.exit_code == 0
    assert "1 entry is whole, after entry 30" in well.stdout


def test_begin_sets_aside_what_is_not_whole(data: Path) -> None:
    refused = invoke("audit", "begin", "--reason", "why not", "--data", data)
    assert "it is whole" in read_refusal(refused)
    (data / HEAD_FILE).unlink()
    assert "state why" in read_refusal(invoke("audit", "begin", "--reason", " ", "--data", data))
    done = invoke("audit", "begin", "--reason", "the head was lost", "--data", data)
    assert done.exit_code == 0, done.stderr
    assert "the head was lost" in invoke("audit", "list", "--data", data).stdout
    assert invoke("audit", "verify", "--data", data).exit_code == 0


def test_without_a_record(tmp_path: Path) -> None:
    told = invoke("audit", "verify", "--data", tmp_path)
    assert (told.exit_code, "nothing has been recorded yet" in told.stdout) == (0, True)
    assert "nothing has been recorded" in read_refusal(invoke("audit", "head", "--data", tmp_path))
    assert [*tmp_path.iterdir()] == []


def test_backup_and_restore_are_recorded(tmp_path: Path) -> None:
    data, file = tmp_path / "data", tmp_path / "backup.tar"
    publish_table(StoreSettings(data=data), 1)
    assert invoke("backup", file, "--data", data).exit_code == 0
    for target in (data, tmp_path / "new"):
        restored = invoke("restore", file, "--data", target)
        assert restored.exit_code == 0, restored.stderr
        listed = invoke("audit", "list", "--action", "restore", "--data", target).stdout
        assert "restore warehouse: done" in listed
        assert invoke("audit", "verify", "--data", target).exit_code == 0
    before = invoke("audit", "list", "--action", "backup", "--data", tmp_path / "new").stdout
    assert "backup warehouse: begun" in before, "it is of the moment at which it was taken"


def test_acts_of_commands_are_recorded(own_warehouse: Path, tmp_path: Path) -> None:
    """Layers, impact levels, alerts, hand-outs: what was done, and what was refused."""
    data = ("--data", own_warehouse)
    draft = write_draft(tmp_path / "draft", make_features([shapely.Point(-110.9, 31.5)]))
    with closing(SavedPictures(StoreSettings(data=own_warehouse))) as saved:
        picture = saved.save(make_draft(), name="Morning").id
    done = invoke("ingest", "layer", draft, "--title", "Points", "--by", "Ana", "--json", *data)
    assert done.exit_code == 0, done.stderr
    layer = json.loads(done.stdout)["id"]
    decided = ("--reason", "seen", "--by", "Bea", *data)
    for arguments, status in (
        (["layer", "retire", layer, "--by", "Ana", *data], 0),
        (["layer", "undo", layer, *data], 0),
        (["layer", "rollback", layer, "99", *data], 2),
        (["layer", "export", layer, tmp_path / "out.csv", *data], 0),
        (["impact", "agree", "TCA-0031", "--level", "high", *decided], 0),
        (["impact", "agree", "TCA-9999", *decided], 2),
        (["impact", "clear", "TCA-0031", *decided], 0),
        (["alerts", "acknowledge", "nothing", "--by", "Bea", *data], 2),
        (["ingest", "undo", "nothing", *data], 2),
        (["handout", tmp_path / "a.csv", "--picture", picture, *data], 0),
    ):
        ended = invoke(*arguments)
        assert ended.exit_code == status, (arguments, ended.stderr)
    listed = json.loads(invoke("audit", "list", "--json", *data).stdout)["entries"]
    assert [(one["action"], one["subject"], one["outcome"]) for one in reversed(listed)] == [
        ("publish", listed[-1]["subject"], "done"),
        ("retire", f"layer {layer}", "done"),
        ("undo", f"layer {layer}", "done"),
        ("roll back", f"layer {layer}", "refused"),
        ("export", f"layer {layer}", "done"),
        ("agree", "impact TCA-0031", "done"),
        ("agree", "impact TCA-9999", "refused"),
        ("clear", "impact TCA-0031", "done"),
        ("acknowledge", "alert nothing", "refused"),
        ("undo", "source nothing", "refused"),
        ("export", "hand-out", "done"),
    ]
    assert {one["name"] for one in listed} == {"Ana", "Bea", name_user()}
    assert invoke("audit", "verify", *data).exit_code == 0


def test_a_command_does_nothing_that_cannot_be_recorded(own_warehouse: Path) -> None:
    fill(own_warehouse, 3)
    (own_warehouse / HEAD_FILE).unlink()
    decided = ("--level", "high", "--reason", "seen", "--data", own_warehouse)
    refusal = read_refusal(invoke("impact", "agree", "TCA-0031", *decided))
    assert "the file of the head is missing" in refusal
    assert "cop audit begin" in refusal
    with closing(Decisions(StoreSettings(data=own_warehouse))) as decisions:
        assert decisions.list("real") == {}
