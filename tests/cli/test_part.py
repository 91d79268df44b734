"""`cop ingest layer` of a file of several layers: all are loaded, and what is not is named."""

import json
from pathlib import Path

import pytest

from cop.ingest.layer.history import read_uploaded_layers
from cop.settings import StoreSettings
from tests.support.command import run_cop
from tests.support.placemark import FOLDERS, folder, kml, point

pytestmark = pytest.mark.layers


def test_all_layers_are_loaded_in_one_version_and_the_others_named(
    own_warehouse: Path, tmp_path: Path
) -> None:
    file, problems = tmp_path / "Camps.kml", tmp_path / "problems.csv"
    file.write_text(FOLDERS)
    data = ("--data", own_warehouse)
    done = run_cop(
        *("ingest", "layer", file, "--title", "Camps", "--problems", problems, "--json"), *data
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["skipped"] == [{"name": "Nothing", "reason": "empty"}]
    assert [one["title"] for one in said["layers"]] == [
        "Camps: Roads", "Camps: Posts", "Camps: Areas",
    ]  # fmt: skip
    assert {one["version"] for one in said["layers"]} == {said["version"]}
    assert said["layer"] == said["layers"][0]["layer"]
    assert "skipped layer Nothing: empty" in done.stderr
    assert "layer 'Posts': 2 of 3 rows accepted, 1 rejected" in done.stderr
    assert "one for all features" in done.stderr
    assert "Posts,3,geometry,,no position" in problems.read_text("utf-8-sig")
    stored = {
        la.declared.title: la
        for la in read_uploaded_layers(StoreSettings(data=own_warehouse)).values()
    }
    assert stored["Camps: Posts"].style.fill == "#00ff00"


def test_one_layer_is_loaded_where_it_is_chosen_and_a_far_one_warns(
    own_warehouse: Path, tmp_path: Path
) -> None:
    file = tmp_path / "Camps.kml"
    file.write_text(kml(folder("Near", point("a")), folder("Far", point("b", "-80.2,25.7"))))
    chosen = ("--layer-in-file", "Far", "--title", "X", "--data", own_warehouse)
    asked = run_cop("ingest", "layer", file, *chosen)
    assert asked.returncode == 2
    assert "Use --agree outside_region" in asked.stderr
    done = run_cop("ingest", "layer", file, *chosen, "--agree", "outside_region")
    assert done.returncode == 0, done.stderr
    assert "skipped layer Near: one layer is loaded" in done.stderr
    assert "warning: This layer is 1," in done.stderr
    (layer,) = read_uploaded_layers(StoreSettings(data=own_warehouse)).values()
    assert (layer.declared.title, layer.content.n) == ("X", 1)
    done = run_cop("ingest", "layer", file, "--one-layer", "--title", "Y", "--data", own_warehouse)
    assert done.returncode == 0, done.stderr
    assert "skipped layer Far: one layer is loaded" in done.stderr
    assert "This layer is" not in done.stderr


def test_a_question_names_the_layer_and_nothing_is_loaded(
    own_warehouse: Path, tmp_path: Path
) -> None:
    near = folder("Near", point("a"), point("b", "-110.8,31.5"))
    dates = [
        f"<Placemark><name>p</name><ExtendedData><Data name='date'><value>0{n}/05/2026</value>"
        f"</Data></ExtendedData><Point><coordinates>-110.9,31.{n}</coordinates></Point></Placemark>"
        for n in range(1, 4)
    ]
    file = tmp_path / "Camps.kml"
    file.write_text(kml(near, folder("Dated", *dates)))
    done = run_cop("ingest", "layer", file, "--data", own_warehouse)
    assert done.returncode == 2
    assert "layer 'Dated'" in done.stderr.splitlines()[-1]
    assert done.stderr.splitlines()[-1].endswith("Use --day-first or --month-first.")
    assert read_uploaded_layers(StoreSettings(data=own_warehouse)) == {}
