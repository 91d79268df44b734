"""A layer written whole, for other programs: by the command, or refused with what can be."""

from contextlib import closing
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from cop.errors import HandoutError
from cop.export.extract import write_extract
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from tests.support.command import run_cop
from tests.support.layer import make_features, publish_features

pytestmark = pytest.mark.layers


def test_shown_a_layer_is_exported_by_the_command_or_refused(
    own_warehouse: Path, tmp_path: Path
) -> None:
    said = {"title": "Posts", "synthetic": True}
    labels = ["=cmd", None, "b", "c"]
    features = make_features(label=labels, fid=[1, 1, 2, 3], geom=labels, records=["real"] * 4)
    features["+name"] = 1
    own_id = publish_features(own_warehouse, features, **said).layer.id
    out = tmp_path / "posts.gpkg"
    done = run_cop("layer", "export", own_id, out, "--data", own_warehouse)
    assert done.stdout.startswith(f"{out}: 4 features of Posts, SYNTHETIC, TLP:GREEN\n"), (
        done.stderr
    )
    assert "'own_records'" in done.stdout + done.stderr
    held = gpd.read_file(out).set_index("feature_id")
    assert set(held["records"]) == {"SYNTHETIC"}
    assert held["label"]["f0"] == "=cmd"
    assert set(held["own_records"]) == {"real"}
    with closing(Warehouse(StoreSettings(data=own_warehouse))) as warehouse:
        service = QueryService(warehouse, tile_cache_mb=1)
        write_extract(service, own_id, tmp_path / "posts.csv")
        (note,) = write_extract(service, own_id, tmp_path / "posts.parquet")
        for name, words in {
            "posts.tif": "can be exported as .parquet",
            "posts.shp.zip": "has 2 points, 1 lines and 1 areas.*choose .gpkg",
            "none/posts.gpkg": "does not exist",
        }.items():
            with pytest.raises(HandoutError, match=words):
                write_extract(service, own_id, tmp_path / name)
    assert "'records' of the file is renamed 'own_records'" in note
    whole = gpd.read_parquet(tmp_path / "posts.parquet")
    assert (set(whole["records"]), set(whole["own_records"])) == ({"SYNTHETIC"}, {"real"})
    sheet = pd.read_csv(tmp_path / "posts.csv")
    assert ("'+name" in sheet, "'=cmd" in set(sheet["label"])) == (True, True)
    assert {path.name for path in tmp_path.glob("*posts*")} == {
        "posts.gpkg",
        "posts.csv",
        "posts.parquet",
    }
