"""Tests of layers in packages as a partner may write them: faults are refused, nothing stored."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyarrow.parquet as pq
import pytest
import shapely

from cop.errors import PackageError
from cop.exchange import layer_file
from cop.exchange.incoming import receive_package
from cop.exchange.layer_file import build_converter
from cop.exchange.manifest import Manifest, PackagedFile
from cop.exchange.package import write_package
from cop.settings import UploadSettings
from tests.support.given_layers import convert_here, layers_at, publish
from tests.support.layer import make_features
from tests.support.partner import Node, Office, manifest_of, open_office, packed

pytestmark = pytest.mark.exchange
NOW = datetime(2026, 11, 24, 18, 30)
RECORD = "a" * 32
FILE = f"layers/{RECORD}-cbp.parquet"
GOOD: dict[str, Any] = {
    "number": 7, "origin": "CBP", "record": RECORD, "path": ["CBP"], "hops_left": 1,
    "declared": {"title": "Towers", "marking": "TLP:GREEN"},
    "columns": [{"name": "panels", "kind": "BIGINT"}], "dated": True,
}  # fmt: skip


@pytest.fixture
def offices(bare_warehouse: Path, tmp_path: Path) -> Iterator[tuple[Office, Office]]:
    found = [
        open_office(bare_warehouse, tmp_path, code, convert=convert_here) for code in ("JTF", "CBP")
    ]
    found[0].meet(found[1])
    yield found[0], found[1]
    for office in found:
        office.close()


def features() -> gpd.GeoDataFrame:
    return make_features(panels=[1, 2, 3, 4])


def as_bytes(folder: Path, frame: gpd.GeoDataFrame) -> bytes:
    path = folder / "forged.parquet"
    frame.to_parquet(path)
    return path.read_bytes()


def forge(
    folder: Path,
    offices: tuple[Office, Office],
    *stated: dict[str, Any],
    content: bytes | None = None,
    name: str = FILE,
    rows: int = 4,
    **manifest: Any,
) -> Path:
    """Write a package of CBP for JTF with a file of features, and what is stated of it."""
    receiver, sender = offices
    contents = {
        "layers.json": json.dumps(stated or (GOOD,)).encode(),
        name: as_bytes(folder, features()) if content is None else content,
    }
    return packed(
        folder / "forged.coppkg",
        Node(sender.node.keys, sender.card()),
        Node(receiver.node.keys, receiver.card()),
        contents,
        rows={name: rows},
        number=7,
        **manifest,
    )


def refused(offices: tuple[Office, Office], package: Path, words: str) -> None:
    own = offices[0]
    version = own.warehouse.snapshot.version
    files = {*own.settings.data.rglob("*.parquet")}
    with pytest.raises(PackageError, match=words) as raised:
        own.take(package, at=NOW)
    assert "nothing was taken" in str(raised.value)
    own.warehouse.refresh()
    assert own.warehouse.snapshot.version == version
    assert {*own.settings.data.rglob("*.parquet")} == files
    assert own.room.exchanges.state("CBP").received == 0


def test_what_is_right_is_taken(offices: tuple[Office, Office], tmp_path: Path) -> None:
    own = offices[0]
    taken = own.take(forge(tmp_path, offices), at=NOW)
    assert taken.layers.added == 1
    assert [*layers_at(own)] == ["Towers (CBP)"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"origin": "JTF", "path": ["JTF", "CBP"]}, "of JTF: it is JTF's own"),
        ({"path": ["CBP", "DPS"]}, "its path does not end at CBP"),
        ({"origin": "DPS"}, "its path does not begin at DPS"),
        ({"origin": "DPS", "path": ["DPS", "JTF", "CBP"]}, "it came over JTF"),
        ({"path": ["CBP", "CBP"]}, "not one of agencies, each once"),
        ({"number": 8}, "it changed in a package after this one"),
        ({"hops_left": 99}, "hops_left"),
        ({"record": "../" + "a" * 29}, "record"),
        ({"record": "b" * 32}, "its file layers/bbbb.* is not there"),
        ({"id": "aaaaaaaaaa"}, "id: Extra inputs are not permitted"),
        ({"owner": "Ana"}, "owner: Extra inputs are not permitted"),
        ({"declared": {"title": "T", "marking": "TLP:AMBER"}}, "is marked TLP:AMBER, above the"),
        ({"declared": {"title": "T", "marking": "SECRET"}}, "declared.marking"),
        ({"declared": {"title": "T\nwo"}}, "declared.title"),
        ({"declared": {"title": "T" * 101}}, "declared.title"),
        ({"declared": {"title": "T", "style": {"css": "x"}}}, "declared.style"),
        ({"columns": [{"name": "other", "kind": "BIGINT"}]}, "column 'panels' is not as stated"),
        ({"columns": [{"name": "panels", "kind": "VARCHAR"}]}, "column 'panels' is not as stated"),
    ],
)
def test_what_may_not_be_said_of_a_layer_is_refused(
    offices: tuple[Office, Office], tmp_path: Path, change: dict[str, Any], words: str
) -> None:
    refused(offices, forge(tmp_path, offices, GOOD | change), words)


def test_a_layer_that_comes_twice_is_refused(
    offices: tuple[Office, Office], tmp_path: Path
) -> None:
    refused(offices, forge(tmp_path, offices, GOOD, GOOD), "of CBP: it comes twice")


def test_a_file_that_is_not_stated_is_refused(
    offices: tuple[Office, Office], tmp_path: Path
) -> None:
    package = forge(tmp_path, offices, name=f"layers/{'b' * 32}-cbp.parquet")
    refused(offices, package, "its file .* is not there")
    with pytest.raises(PackageError, match="states no such layer"):
        layer_file.read_stated_layers(
            tmp_path, manifest_with(tmp_path, offices, f"layers/{'b' * 32}-cbp.parquet")
        )


def manifest_with(folder: Path, offices: tuple[Office, Office], name: str) -> Manifest:
    receiver, sender = offices
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(b"")
    file = PackagedFile(name=name, sha256="0" * 64, size=0)
    return manifest_of(
        Node(sender.node.keys, sender.card()), Node(receiver.node.keys, receiver.card()),
        files=(file,),
    )  # fmt: skip


@pytest.mark.parametrize("name", ["layers/../x.parquet", "/etc/x.parquet", "layers/a/b.parquet"])
def test_a_path_in_the_name_of_a_file_is_refused(
    offices: tuple[Office, Office], tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its sender needs another program: ours makes no such manifest."""
    receiver, sender = offices
    nodes = [Node(one.node.keys, one.card()) for one in (sender, receiver)]
    good = manifest_of(*nodes, number=7, files=(PackagedFile(name=FILE, sha256="0" * 64, size=0),))
    monkeypatch.setattr(
        Manifest, "encode", lambda self: self.model_dump_json().replace(FILE, name).encode()
    )
    (tmp_path / "empty").write_bytes(b"")
    write_package(
        tmp_path / "forged.coppkg", good, {FILE: tmp_path / "empty"},
        keys=sender.node.keys, receiver=receiver.card(),
    )  # fmt: skip
    with pytest.raises(PackageError, match="its manifest is not valid: String should match"):
        receiver.take(tmp_path / "forged.coppkg", at=NOW)
    assert layers_at(receiver) == {}


def with_crs(frame: gpd.GeoDataFrame, crs: str) -> gpd.GeoDataFrame:
    return frame.to_crs(crs)


def with_shape(shape: Any) -> gpd.GeoDataFrame:
    frame = features()
    frame.loc[1, "geometry"] = shape
    return frame


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: with_crs(features(), "EPSG:3857"), "coordinates are in EPSG:3857, not in"),
        (lambda: with_crs(features(), "EPSG:4267"), "coordinates are in EPSG:4267, not in"),
        (lambda: with_shape(None), "3 of 4 features can be used, and 4 are stated"),
        (lambda: with_shape(shapely.Point()), "3 of 4 features can be used, and 4 are stated"),
        (lambda: with_shape(shapely.Point(-110.9, 95)), "3 of 4 features can be used"),
        (lambda: features().iloc[:3], "3 of 3 features can be used, and 4 are stated"),
        (lambda: features().iloc[:0], "holds no row"),
        (lambda: features().assign(cop_dim=[1, 1, 1, 1]), "no name may begin with cop_"),
        (lambda: features().assign(more=["a", "b", "c", "d"]), "column 'more' is not as stated"),
    ],
)
def test_features_that_are_not_valid_are_refused(
    offices: tuple[Office, Office], tmp_path: Path, build: Any, words: str
) -> None:
    refused(offices, forge(tmp_path, offices, content=as_bytes(tmp_path, build())), words)


def plain_parquet(folder: Path) -> bytes:
    """Write the features without saying which column is their shape."""
    frame = features()
    path = folder / "plain.parquet"
    table = frame.to_wkb()
    table.to_parquet(path)
    assert b"geo" not in (pq.read_metadata(path).metadata or {})
    return path.read_bytes()


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda _: b"PAR1 and no more PAR1", "not a readable Parquet"),
        (lambda _: b'{"type": "FeatureCollection", "features": []}', "layers/a"),
        (lambda _: b"<VRTDataset/>", "layers/a"),
        (lambda folder: as_bytes(folder, features())[:-200], "not a readable Parquet"),
        (plain_parquet, "layers/a"),
    ],
)
def test_files_that_are_no_geoparquet_are_refused(
    offices: tuple[Office, Office], tmp_path: Path, build: Any, words: str
) -> None:
    refused(offices, forge(tmp_path, offices, content=build(tmp_path)), words)


def test_more_features_than_are_taken_are_refused(
    offices: tuple[Office, Office], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layer_file, "MOST_FEATURES", 3)
    refused(offices, forge(tmp_path, offices), "more than 3 features")


def test_a_layer_of_our_own_is_not_replaced(
    offices: tuple[Office, Office], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who chooses a record might find one whose id here is that of a layer."""
    own = offices[0]
    layer = publish(own, features(), title="Ours")
    for module in ("cop.store.dataset.received_layer", "cop.ingest.layer.received"):
        monkeypatch.setattr(f"{module}.local_layer", lambda _key: layer.id)
    refused(offices, forge(tmp_path, offices), f"would take the place of layer {layer.id}")
    assert layers_at(own) == {"Ours": layer}


def test_the_sandbox_converts_what_a_partner_gave(
    offices: tuple[Office, Office], tmp_path: Path
) -> None:
    own = offices[0]
    converted = []

    def convert(*arguments: Any) -> Any:
        converted.append(arguments)
        return build_converter(UploadSettings())(*arguments)

    node = replace(own.node, convert=convert)
    package = forge(tmp_path, offices)
    taken = receive_package(own.settings, own.room, package, node=node, now=NOW)
    assert (taken.layers.added, len(converted)) == (1, 1)
    assert [*layers_at(own)] == ["Towers (CBP)"]
