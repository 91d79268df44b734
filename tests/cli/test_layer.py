"""Uploaded layers by the real command line and the real server, from a file to everyone's map."""

import json
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
import yaml

from tests.support.command import run_cop, serving
from tests.support.http import Caller
from tests.support.invoked import invoke, read_refusal
from tests.support.layer import make_features, write_draft
from tests.support.tile import features_of

pytestmark = pytest.mark.layers

PATIENCE_S = 120
POINTS = [shapely.Point(-110.9, 31.5), shapely.Point(-98.2, 26.2), shapely.Point(-110.95, 31.6)]


def asked(*arguments: str | Path) -> Any:
    done = run_cop(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def told(*arguments: str | Path) -> Any:
    """What a command says that is run in this process."""
    done = invoke(*arguments, "--json")
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout)


def refused(*arguments: str | Path) -> str:
    return read_refusal(invoke(*arguments))


class Table:
    """A server over a warehouse, asked until it shows a version."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller

    def await_version(self, version: int) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            if self.caller.ask("/api/layers").json()["version"] >= version:
                return
            time.sleep(0.1)
        raise AssertionError(f"version {version} was never shown")

    def uploads(self) -> dict[str, str]:
        listed = self.caller.ask("/api/layers").json()["layers"]
        return {la["id"]: la["title"] for la in listed if la["group"] == "upload"}

    def ids(self, layer: str, **wanted: str) -> set[str]:
        answer = self.caller.ask(f"/tiles/{layer}/0/0/0.mvt", list(wanted.items()))
        held = features_of(answer.body, layer)
        return {feature["properties"]["feature_id"] for feature in held}


def test_shown_a_file_becomes_a_layer_of_a_running_server_and_goes_again(
    own_warehouse: Path, tmp_path: Path
) -> None:
    data = ("--data", own_warehouse)
    features = make_features(POINTS, kind=["tower", "camera", "tower"], height=[30.0, 4.5, None])
    file = tmp_path / "towers.parquet"
    features.to_parquet(file)
    log = tmp_path / "log.txt"
    with serving(own_warehouse, log) as base, closing(Caller(base)) as caller:
        table = Table(caller)
        first = asked(
            *("ingest", "layer", file, "--title", "Towers", "--marking", "TLP:GREEN"),
            *("--source", "Survey of May", "--agency", "County sheriff", "--by", "Ana", *data),
        )
        name, own_id = first["layer"], first["id"]
        table.await_version(first["version"])
        assert table.uploads() == {name: "Towers"}
        assert table.ids(name) == {"f0", "f1", "f2"}
        assert table.ids(name, sector="TCA") == {"f0", "f2"}
        area = "-111 31.4,-110.8 31.4,-110.8 31.55,-111 31.55"
        assert table.ids(name, area=area) == {"f0"}
        assert table.ids(name, to="2026-01-30") == set()
        document = table.caller.ask(f"/tiles/{name}.json").json()
        assert document["vector_layers"][0]["fields"]["height"] == "height"

        changed = features.assign(kind=["tower", "camera", "radar"])[1:]
        folder = write_draft(tmp_path / "draft", changed)
        second = asked("ingest", "layer", folder, "--layer", own_id, "--by", "Ben", *data)
        assert second["marking"] == "TLP:GREEN"
        found = asked("layer", "diff", own_id, *data)
        assert (found["added"], found["removed"], found["changed"]) == (0, 1, 1)
        table.await_version(second["version"])
        assert table.ids(name) == {"f1", "f2"}
        assert table.ids(name, version=str(first["version"])) == {"f0", "f1", "f2"}

        back = asked("layer", "rollback", own_id, "1", "--by", "Ana", *data)
        table.await_version(back["version"])
        assert table.ids(name) == {"f0", "f1", "f2"}
        retired = asked("layer", "retire", own_id, "--by", "Ana", *data)
        table.await_version(retired["version"])
        assert table.uploads() == {}
        assert table.caller.ask(f"/tiles/{name}/0/0/0.mvt").status == 404
    shown = asked("layer", "show", own_id, *data)
    assert [row["state"] for row in shown["revisions"]] == ["retired", *3 * ["superseded"]]
    assert [(step["who"], step["action"]) for step in reversed(shown["steps"])] == [
        ("Ana", "upload"),
        ("Ben", "refresh"),
        ("Ana", "rollback"),
        ("Ana", "retire"),
    ]


@pytest.mark.full
def test_style_undo_and_what_is_refused_in_one_line(own_warehouse: Path, tmp_path: Path) -> None:
    data = ("--data", own_warehouse)
    folder = write_draft(tmp_path / "draft", make_features(POINTS, height=[30.0, 4.5, None]))
    first = told("ingest", "layer", folder, "--title", "Towers", *data)
    words = {"fill": {"property": "height", "breaks": [5, 20], "unit": "m"}, "tooltip": ["height"]}
    (tmp_path / "style.yaml").write_text(yaml.safe_dump(words))
    styled = told("layer", "style", first["id"], tmp_path / "style.yaml", *data)
    assert styled["revision"] == 2
    assert told("layer", "undo", first["id"], *data)["revision"] == 3
    (tmp_path / "bad.yaml").write_text("fill: {property: height, breaks: [20, 5]}")
    assert "must ascend" in refused("layer", "style", first["id"], tmp_path / "bad.yaml", *data)
    (tmp_path / "none.yaml").write_text("symbol: 10031000009999990000")
    none = refused("layer", "style", first["id"], tmp_path / "none.yaml", *data)
    assert "symbol 10031000009999990000 is not drawn: no such symbol is known: look" in none
    (tmp_path / "post.yaml").write_text("symbol: 10032500001601000000")
    told("layer", "style", first["id"], tmp_path / "post.yaml", *data)
    assert told("layer", "show", first["id"], *data)["style"]["symbol"] == "10032500001601000000"
    assert "no layer" in refused("layer", "retire", "aaaaaaaaaa", *data)
    assert "--title" in refused("ingest", "layer", folder, *data)
    meters = gpd.read_parquet(folder / "features.parquet").to_crs(3857)
    meters.to_parquet(write_draft(tmp_path / "meters", meters) / "features.parquet")
    said = refused("ingest", "layer", tmp_path / "meters", "--title", "x", *data)
    assert "EPSG:3857: reproject it to EPSG:4326" in said
    assert [layer["id"] for layer in told("layer", "list", *data)["layers"]] == [first["id"]]
