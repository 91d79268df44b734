"""Layers that a watched folder keeps current: renewed whole, or told and left as they were."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from cop.errors import LayerError
from cop.ingest.layer.history import read_uploaded_layers
from cop.ingest.layer.lifecycle import retire_layer
from cop.ingest.layer.refresh import REFUSED, RefreshReport, read_refreshes
from cop.ingest.reader import DirectReader
from cop.ingest.upload.read import convert_file
from cop.ingest.watch import WatchResult, open_watch
from cop.model.uploaded import UploadedLayer
from cop.settings import StoreSettings, UploadSettings
from cop.store.room.audit import list_steps
from tests.support.command import run_cop
from tests.support.layer import make_features, publish_features

pytestmark = pytest.mark.layers

ROWS = "id,x,y,kind\na,500000,3500000,tower\nb,501000,3500000,camera\n"
TOWERS = {
    "file": "towers.csv",
    "title": "Towers",
    "says": {"marking": "TLP:GREEN", "source": "Survey"},
    "reading": {"crs": "EPSG:32612", "roles": {"x": "easting", "y": "northing", "id": "id"}},
}
Look = Callable[..., list[WatchResult]]


def declare(folder: Path, *entries: dict[str, Any]) -> Path:
    path = folder / "layers.yaml"
    path.write_text(yaml.safe_dump({"layers": list(entries)}))
    return path


@pytest.fixture
def store(own_warehouse: Path) -> StoreSettings:
    return StoreSettings(data=own_warehouse)


@pytest.fixture
def look(store: StoreSettings, tmp_path: Path) -> Look:
    """Puts files in a folder, looks at it once, and gives what became of them."""
    folder = tmp_path / "in"
    folder.mkdir()

    def brought(*entries: dict[str, Any], **files: str) -> list[WatchResult]:
        wanted = read_refreshes(declare(folder, *entries), by="Ana", limits=UploadSettings())
        for name, text in files.items():
            (folder / name.replace("_", ".")).write_text(text)
        with open_watch(store, folder, wanted, settle_s=0, reader=DirectReader()) as watch:
            return list(watch.load_settled())

    return brought


def the_layer(store: StoreSettings) -> UploadedLayer:
    (layer,) = [one for one in read_uploaded_layers(store).values() if one.owner == "Ana"]
    return layer


@pytest.mark.full
def test_a_file_renews_the_layer_of_its_title_and_leaves_it_where_nothing_changed(
    look: Look, store: StoreSettings
) -> None:
    others = publish_features(store.data, make_features(), title="Towers", by="Ben").layer
    raised = {"title": "Towers", "marking": "TLP:RED"}
    own_id = publish_features(store.data, make_features(), **raised).layer.id
    (first,) = look(TOWERS, towers_csv=ROWS)
    assert isinstance(first.report, RefreshReport), first.error
    assert (first.report.layer, first.report.revision, first.report.accepted) == (own_id, 2, 2)
    assert (first.report.added, first.report.removed, first.report.changed) == (2, 4, 0)
    said = the_layer(store).declared
    assert (said.source, said.marking) == ("Survey", "TLP:RED")
    assert read_uploaded_layers(store)[others.name] == others
    (second,) = look(TOWERS, towers_csv=ROWS)
    assert isinstance(second.report, RefreshReport)
    assert (second.report.version, the_layer(store).revision) == (None, 2)


@pytest.mark.full
def test_what_cannot_renew_a_layer_is_told_and_the_old_revision_stays(
    look: Look, store: StoreSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_features(store.data, make_features(), title="Towers")
    before = the_layer(store)
    monkeypatch.setattr("cop.ingest.layer.quota._size", lambda _path: 1 << 40)
    words = {
        "no layer is declared": look(TOWERS, other_csv=ROWS),
        "none of its 2 rows": look(TOWERS, towers_csv=ROWS.replace("3500000", "north")),
        "MB a person": look(TOWERS, towers_csv=ROWS),
    }
    for said, (taken,) in words.items():
        assert taken.outcome == "refused"
        assert said in str(taken.error)
    assert the_layer(store) == before
    steps = list_steps(store, subject=f"layer {before.id}")
    assert [step.action for step in steps].count(REFUSED) == 2
    assert all(step.version is None for step in steps if step.action == REFUSED)


def test_what_a_person_does_while_a_file_is_read_stands(
    look: Look, store: StoreSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_id = publish_features(store.data, make_features(), title="Towers").layer.id

    def convert(*given: Any, **named: Any) -> Any:
        retire_layer(store, own_id, by="Ben")
        return convert_file(*given, **named)

    monkeypatch.setattr("cop.ingest.layer.refresh.convert_file", convert)
    (taken,) = look(TOWERS, towers_csv=ROWS)
    assert taken.outcome == "waiting"
    assert "revision 2, changed by Ben since revision 1: try again" in str(taken.error)
    assert the_layer(store).state == "retired"


def test_a_retired_layer_stays_so_and_a_title_of_two_needs_an_id(
    look: Look, store: StoreSettings
) -> None:
    ids = [publish_features(store.data, make_features(), title="Towers").layer.id for _ in "ab"]
    (twofold,) = look(TOWERS, towers_csv=ROWS)
    assert "choose which by `layer: ID` in layers.yaml" in str(twofold.error)
    (step,) = list_steps(store, subject="file towers.csv")
    assert (step.action, "choose which" in step.detail) == (REFUSED, True)
    chosen = {**TOWERS, "layer": ids[0]}
    (taken,) = look(chosen, towers_csv=ROWS)
    assert isinstance(taken.report, RefreshReport)
    assert taken.report.layer == ids[0]
    retire_layer(store, ids[0], by="Ben")
    (retired,) = look(chosen, towers_csv=ROWS)
    assert "is retired and stays so" in str(retired.error)
    assert read_uploaded_layers(store)[f"layer_{ids[0]}"].state == "retired"


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"file": "../a.csv", "title": "A"}, "file"),
        ({"file": "a.csv"}, "name the layer it renews"),
        ({"file": "a.csv", "title": "A", "says": {"marking": "SECRET"}}, "use one of TLP"),
        ({"file": "a.csv", "title": "A", "reading": {"crs": "/etc/passwd"}}, "crs"),
        ({"file": "a.csv", "title": "A", "driver": "VRT"}, "driver"),
    ],
)
def test_a_declaration_that_cannot_be_taken_is_refused(
    tmp_path: Path, entry: dict[str, Any], said: str
) -> None:
    with pytest.raises(LayerError, match=said):
        read_refreshes(declare(tmp_path, entry), by="Ana", limits=UploadSettings())


def test_shown_a_watched_folder_refreshes_a_layer_by_the_command(
    own_warehouse: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "towers.csv").write_text(ROWS)
    (folder / "bad.csv").write_bytes(b"\x00\x01\x02" * 999)
    declared = declare(tmp_path, TOWERS, {"file": "bad.csv", "title": "Bad"})
    done = run_cop(
        *("watch", folder, "--layers", declared, "--data", own_warehouse, "--once"),
        *("--settle", "0", "--by", "Ana", "--json"),
    )
    assert done.returncode == 0, done.stderr
    bad, good = (json.loads(line) for line in done.stdout.splitlines())
    assert (bad["outcome"], bad["file"]) == ("refused", "bad.csv")
    made = the_layer(StoreSettings(data=own_warehouse))
    assert (good["outcome"], good["report"]["layer"]) == ("done", made.id)
    assert (made.declared.title, made.declared.marking, made.owner, made.content.n) == (
        "Towers", "TLP:GREEN", "Ana", 2,
    )  # fmt: skip
    assert (folder / "done" / "towers.csv").is_file()
    said = json.loads((folder / "refused" / "bad.csv.report.json").read_text())
    assert "bad.csv" in said["error"]
