"""Tests of the layer registry: every file in layers/ is a layer that can be served."""

import re
import shutil
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

import layers
from cop.errors import LayerError
from cop.layerkind.service.layer_list import read_layers
from cop.layerkind.service.tile import read_tile
from cop.model.layer import Layer
from cop.model.marking import MARKINGS
from cop.model.tile import Tile
from cop.query.registry import find_layer, load_layers
from cop.query.service import QueryService
from tests.support.command import CHECKOUT
from tests.support.tile import features_of

pytestmark = pytest.mark.picture

FILES = sorted(p.stem for p in Path(layers.__path__[0]).glob("[!_]*.py"))
GUIDE = CHECKOUT / "docs" / "add-a-layer.md"


def test_every_file_is_a_layer_and_lower_ones_come_first() -> None:
    assert len(load_layers()) == len(FILES) >= 7
    orders = [layer.order for layer in load_layers().values()]
    assert orders == sorted(orders)


@pytest.mark.parametrize("layer", load_layers().values(), ids=load_layers())
def test_a_layer_says_what_the_reader_needs(layer: Layer) -> None:
    assert layer.title
    assert layer.note
    assert layer.marking in MARKINGS
    assert find_layer(layer.id) is layer
    assert len({f.property for f in layer.fields}) == len(layer.fields)
    for measure in layer.measures:
        painted = layer.measured_by(measure.key).style
        assert measure.color in (painted.fill, painted.line)
    carried = {s.property + end for s in layer.statistics for end in ("", "_before", "_change")}
    for measure in layer.measures if layer.statistics else ():
        assert measure.color.property in carried
        assert measure.sizes is None or measure.sizes.property in carried
    if layer.tile == "features":
        assert {f.property for f in layer.fields} <= {*layer.columns} | carried


def test_no_two_layers_share_a_measure() -> None:
    keys = Counter(m.key for layer in load_layers().values() for m in layer.measures)
    assert [key for key, n in keys.items() if n > 1] == []


def test_unknown_layer_names_the_others() -> None:
    with pytest.raises(LayerError, match=r"there are: .*events"):
        find_layer("../../etc/passwd")


@pytest.fixture
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the layers' folder that a test may add to."""
    folder = tmp_path / "layers"
    shutil.copytree(layers.__path__[0], folder, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(layers, "__path__", [str(folder)])
    before = {*sys.modules}
    load_layers.cache_clear()
    yield folder
    load_layers.cache_clear()
    for name in {*sys.modules} - before:
        if name.startswith("layers."):
            del sys.modules[name]


def read_examples() -> list[tuple[str, str]]:
    """The files of the guide, each by the path it is to be put at."""
    pattern = r"into `((?:layers|cop/layerkind)/\w+\.py)`[^`]*```python\n(.*?)```"
    return re.findall(pattern, GUIDE.read_text(), flags=re.DOTALL)


@pytest.mark.sources
def test_the_guides_example_is_served(own_folder: Path, service: QueryService) -> None:
    text = GUIDE.read_text()
    name, example = read_examples()[0]
    (own_folder / name.removeprefix("layers/")).write_text(example)
    known = {*FILES}
    assert len(load_layers()) == len(known) + 1
    layer_id, z, x, y = re.findall(r"`/tiles/(\w+)/(\d+)/(\d+)/(\d+)\.mvt`", text)[0]
    answer = read_tile(service, service.view(), find_layer(layer_id), Tile(int(z), int(x), int(y)))
    features = features_of(answer.mvt, layer_id)
    assert features
    assert {f["properties"]["class"] for f in features} == {"river"}
    assert layer_id in read_layers(service, service.view())


def test_a_taken_id_is_refused(own_folder: Path) -> None:
    shutil.copy(own_folder / "risk.py", own_folder / "risk_again.py")
    with pytest.raises(LayerError, match=r"risk_again\.py: layer id 'risk' is taken"):
        load_layers()


def test_a_file_without_a_layer_is_refused(own_folder: Path) -> None:
    (own_folder / "empty.py").write_text('"""Nothing."""\n')
    with pytest.raises(LayerError, match=r"empty\.py: declare one LAYER"):
        load_layers()
