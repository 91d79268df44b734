"""Tests of the kinds of layers: found by listing, told apart nowhere else, added by one file."""

import ast
import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import cop
from cop.errors import LayerError
from cop.layerkind.events import KIND as EVENTS
from cop.layerkind.registry import LAYER_KINDS, kind_of, register
from cop.layerkind.service.shape import read_features
from cop.query.registry import find_layer, load_layers
from cop.query.service import QueryService
from tests.query.test_registry import read_examples
from tests.support.command import CHECKOUT
from tests.support.tile import features_of

pytestmark = pytest.mark.house

LEFT_OUT = shutil.ignore_patterns("__pycache__", "warehouse", "warehouse-*")
_ASK = """
import json, sys
from pathlib import Path
from cop.layerkind.service.layer_list import read_layer
from cop.layerkind.service.tile import build_address, read_tile
from cop.model.tile import Tile
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse

service = QueryService(Warehouse(StoreSettings(data=Path(sys.argv[1]))), tile_cache_mb=1)
view = service.view()
layer = read_layer(service, view, "busiest")
answer = read_tile(service, view, layer, Tile(5, 6, 13))
print(json.dumps([answer.mvt.hex(), build_address(service, view, layer)]))
"""


def test_every_layer_has_a_kind_and_every_kind_a_name() -> None:
    assert {layer.tile for layer in load_layers().values()} <= LAYER_KINDS.keys()
    assert all(kind.name == name for name, kind in LAYER_KINDS.items())
    assert len(LAYER_KINDS) >= 12


def test_a_taken_name_is_refused() -> None:
    with pytest.raises(LayerError, match="layer kind 'events' exists already"):
        register([*LAYER_KINDS.values(), EVENTS])


def test_an_unknown_kind_names_the_others() -> None:
    layer = replace(find_layer("events"), tile="splines")
    with pytest.raises(LayerError, match=r"'splines' is not a kind of layer; there are: .*events"):
        kind_of(layer)


@pytest.mark.parametrize(
    "name", [n for n, kind in LAYER_KINDS.items() if not kind.drawing.has_rows]
)
def test_images_have_no_shapes(service: QueryService, name: str) -> None:
    layer = replace(find_layer("events"), tile=name)
    with pytest.raises(LayerError, match=f"its {name} are no shapes; use its tiles"):
        read_features(service, service.view(), layer, zoom=5, most=100_000)


def test_a_kind_is_compared_in_its_folder_alone() -> None:
    """Neither the attribute nor its name beside a string: ``layer.tile == "events"``."""
    root = Path(cop.__path__[0])
    found = [
        f"{path.relative_to(root)}:{node.lineno}"
        for path in sorted(root.rglob("*.py"))
        if "layerkind" not in path.parts
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Compare)
        for side in (node.left, *node.comparators)
        if isinstance(side, ast.Attribute) and side.attr == "tile" and names_a_kind(node)
    ]
    assert found == []


def names_a_kind(compared: ast.Compare) -> bool:
    return any(
        isinstance(part, ast.Constant) and part.value in LAYER_KINDS for part in ast.walk(compared)
    ) or any(isinstance(operator, ast.In | ast.NotIn) for operator in compared.ops)


def test_a_new_kind_is_one_file_and_one_layer(tmp_path: Path, warehouse_dir: Path) -> None:
    """The guide's kind and its layer in a copy of the program: its tile is answered."""
    for folder in ("cop", "layers", "data"):
        shutil.copytree(CHECKOUT / folder, tmp_path / folder, ignore=LEFT_OUT)
    (_, *examples) = read_examples()
    assert [name for name, _ in examples] == ["cop/layerkind/busiest.py", "layers/busiest.py"]
    for name, text in examples:
        (tmp_path / name).write_text(text)
    asked = subprocess.run(
        [sys.executable, "-c", _ASK, str(warehouse_dir)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert asked.returncode == 0, asked.stderr
    mvt, address = json.loads(asked.stdout)
    features = features_of(bytes.fromhex(mvt), "busiest")
    assert 0 < len(features) <= 10
    assert all(feature["properties"]["n"] > 0 for feature in features)
    assert address.startswith("/tiles/busiest/{z}/{x}/{y}.mvt?records=real")
