"""The command that exports an uploaded layer; what it did is recorded."""

import json
from pathlib import Path

import pytest
import shapely

from tests.support.invoked import invoke, read_refusal
from tests.support.layer import make_features, write_draft

pytestmark = pytest.mark.access


def test_a_layer_is_exported_and_that_is_recorded(own_warehouse: Path, tmp_path: Path) -> None:
    data, out = ("--data", own_warehouse), tmp_path / "out.csv"
    draft = write_draft(tmp_path / "draft", make_features([shapely.Point(-110.9, 31.5)]))
    done = invoke("ingest", "layer", draft, "--title", "Points", "--json", *data)
    layer = json.loads(done.stdout)["id"]
    exported = invoke("layer", "export", layer, out, *data)
    assert exported.exit_code == 0, exported.stderr
    assert f"{out}: 1 features of Points" in exported.stdout
    assert out.is_file()
    assert "nothing" in read_refusal(invoke("layer", "export", "nothing", out, *data))
    listed = invoke("audit", "list", "--action", "export", "--json", *data).stdout
    refused, entry = json.loads(listed)["entries"]
    assert (refused["subject"], refused["outcome"]) == ("layer nothing", "refused")
    assert (entry["subject"], entry["outcome"]) == (f"layer {layer}", "done")
    assert json.loads(entry["detail"]) == {
        "file": "out.csv",
        "marking": "TLP:AMBER",
        "revision": 1,
    }
