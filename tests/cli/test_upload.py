"""`cop ingest layer` of an analyst's file, from CSV and KML to decoded tiles, with what it asks."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from cop.cli.upload import add_roles, check_codes, split_role
from cop.errors import LayerError
from cop.layerkind.service.layer_list import read_layer
from cop.layerkind.service.tile import read_tile
from cop.model.tile import Tile
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from tests.support.command import run_cop
from tests.support.tile import features_of

pytestmark = pytest.mark.layers

TOWERS = "ref,where,seen,kind,phone\n" + "".join(
    f"a{n},{place},{day}1530ZMAR26,{kind},+1 520 555 01{n:02}\n"
    for n, (place, day, kind) in enumerate(
        [
            *(
                (f"12RWV{23 + 2 * n}45678901", 11 + n, "tower" if n % 2 else "camera")
                for n in range(10)
            ),
            ("nowhere", 24, "tower"),
        ]
    )
)
"""Ten places in MGRS and one that is none, times as date-time groups, phones of persons."""
CAMPS = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>Camps</name>
<Placemark><name>North</name><Point><coordinates>-110.9,31.5,0</coordinates></Point></Placemark>
<Placemark><name>South</name><Point><coordinates>-110.5,31.4,0</coordinates></Point></Placemark>
</Document></kml>"""


def drawn(data: Path, layer: str) -> list[dict[str, Any]]:
    """The properties of a layer's features in the one tile that holds all of the world."""
    warehouse = Warehouse(StoreSettings(data=data))
    try:
        service = QueryService(warehouse, tile_cache_mb=1)
        answer = read_tile(
            service, service.view(), read_layer(service, service.view(), layer), Tile(0, 0, 0)
        )
        return [feature["properties"] for feature in features_of(answer.unfolded(), layer)]
    finally:
        warehouse.close()


def test_shown_a_csv_and_a_kml_become_tiles_by_the_command(
    own_warehouse: Path, tmp_path: Path
) -> None:
    file, kml, problems = (tmp_path / n for n in ("towers.csv", "camps.kml", "problems.csv"))
    file.write_text(TOWERS)
    kml.write_text(CAMPS)
    data = ("--data", own_warehouse, "--json")
    done = run_cop(
        *("ingest", "layer", file, "--title", "Towers", "--id-column", "ref"),
        *("--leave-out", "where", "--problems", problems, *data),
    )
    assert done.returncode == 0, done.stderr
    assert "warning [phone]: The column seems to be about persons" in done.stderr
    assert "10 of 11 rows accepted, 1 rejected" in done.stderr
    towers = drawn(own_warehouse, json.loads(done.stdout)["layer"])
    assert {row["feature_id"] for row in towers} == {f"a{n}" for n in range(10)}
    assert {row["kind"] for row in towers} == {"tower", "camera"}
    assert not {"phone", "where"} & set(towers[0])
    (row,) = csv.DictReader(problems.read_text("utf-8-sig").splitlines())
    assert (row["column"], row["value"]) == ("where", "nowhere")
    done = run_cop("ingest", "layer", kml, "--title", "Camps", *data)
    assert done.returncode == 0, done.stderr
    camps = drawn(own_warehouse, json.loads(done.stdout)["layer"])
    assert {row["Name"] for row in camps} == {"North", "South"}


def test_an_ask_that_was_not_answered_names_the_option(own_warehouse: Path, tmp_path: Path) -> None:
    file = tmp_path / "dates.csv"
    file.write_text("lat,lon,date\n31.5,-110.9,03/04/2026\n31.6,-110.8,05/06/2026\n")
    wanted = ("ingest", "layer", file, "--title", "Dates", "--data", own_warehouse)
    done = run_cop(*wanted)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].endswith("Use --day-first or --month-first.")
    assert run_cop(*wanted, "--month-first").returncode == 0


@pytest.mark.trust
def test_what_is_probably_wrong_needs_its_code(own_warehouse: Path, tmp_path: Path) -> None:
    file = tmp_path / "lost.csv"
    file.write_text("lat,lon\n31.5,110.9\n31.6,-110.8\n")
    wanted = ("ingest", "layer", file, "--title", "Lost", "--data", own_warehouse)
    done = run_cop(*wanted)
    assert done.returncode == 2
    assert "--agree longitude_sign" in done.stderr.splitlines()[-1]
    assert run_cop(*wanted, "--agree", "longitude_sign").returncode == 0


@pytest.mark.trust
def test_only_codes_that_ask_can_be_agreed_to() -> None:
    assert check_codes(["null_island"]) == ("null_island",)
    assert check_codes(None) is None
    with pytest.raises(LayerError, match="--agree 'nothing'"):
        check_codes(["nothing"])


@pytest.mark.parametrize("words", ["place", "=position", "a=b", "a=="])
def test_a_role_that_is_none_is_refused(words: str) -> None:
    with pytest.raises(LayerError, match="write COLUMN=ROLE"):
        split_role(words)


def test_a_position_that_is_said_takes_the_place_of_all_that_seemed_to_give_one() -> None:
    assert split_role("a=b=position") == ("a=b", "position")
    added = add_roles({"y": "latitude", "x": "longitude", "t": "time"}, {"grid": "position"})
    assert added == {"t": "time", "grid": "position"}
