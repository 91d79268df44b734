"""What the map is told of private drafts, and what it may ask of them."""

import json
from pathlib import Path
from typing import Any

import pytest

from cop.ingest.layer.draft import LayerDraft
from cop.ingest.layer.feature_text import FeatureText
from cop.ingest.layer.private import PrivateFile, PrivateLayer
from cop.ingest.upload.part import SkippedLayer
from cop.model.upload import DraftReport
from cop.ui.map.drop import (
    DropAction,
    DropArea,
    DropNote,
    ShownDraft,
    build_drop_words,
    read_drop_action,
)

pytestmark = [pytest.mark.layers, pytest.mark.glance]

TEXT = FeatureText(content=b'{"features":["secret"]}', columns=("name", "occurred_at"))


@pytest.fixture
def file(tmp_path: Path) -> PrivateFile:
    report = DraftReport(
        format="csv", kind="table", accepted=2, bounds=(-111, 31, -110, 32),
        geometry_kinds={"Point": 2},
    )  # fmt: skip
    layer = PrivateLayer(
        title="Posts", draft=LayerDraft(name="posts.csv", features=tmp_path / "f"), report=report,
        features=TEXT, warnings=("1 of 3 rows left out",),
    )  # fmt: skip
    skipped = [SkippedLayer(name="Nothing", reason="empty")]
    return PrivateFile("posts.csv", tmp_path / "drafts", [layer], skipped)


def test_the_map_gets_words_and_a_token_and_no_feature(file: PrivateFile) -> None:
    drafts = (ShownDraft(file=file, marking="TLP:AMBER", far=("1,699 km",)),)
    note = DropNote(id=3, words="a.csv: empty", is_fault=True)
    area = DropArea(drafts=drafts, notes=(note,), turn=2, most_mb=64)
    words = build_drop_words(area, "dark")
    assert "secret" not in json.dumps(words)
    assert (words["turn"], words["url"], words["header"]) == (2, "/api/draft", "X-Cop-Draft")
    assert words["notes"] == [{"id": 3, "text": "a.csv: empty", "bad": True}]
    (told,) = words["files"]
    assert (told["name"], told["marking"], told["far"]) == ("posts.csv", "TLP:AMBER", ["1,699 km"])
    assert told["skipped"] == ["Nothing: empty"]
    (layer,) = told["layers"]
    assert layer["token"] == file.layers[0].token
    assert (layer["n"], layer["kinds"], layer["bounds"]) == (2, {"Point": 2}, [-111, 31, -110, 32])
    assert [field["label"] for field in layer["fields"]] == ["name", "When"]
    assert build_drop_words(area, "light")["color"] != words["color"]


def test_an_action_is_read_and_its_name_bounded() -> None:
    said = {"what": "publish", "id": "f1", "by": f"  {'A' * 99} ", "agreed": True}
    found = read_drop_action({"draft": said})
    assert found == DropAction(what="publish", file_id="f1", by="A" * 40, agreed=True)


@pytest.mark.parametrize(
    "value",
    [
        None, {}, {"draft": None}, {"draft": "publish"}, {"draft": {"what": "publish"}},
        {"draft": {"what": "erase", "id": "f1"}}, {"draft": {"what": "publish", "id": 1}},
    ],
)  # fmt: skip
def test_what_is_malformed_is_no_action(value: Any) -> None:
    assert read_drop_action(value) is None


def test_only_true_agrees() -> None:
    found = read_drop_action({"draft": {"what": "publish", "id": "f", "agreed": "yes", "by": 1}})
    assert found == DropAction(what="publish", file_id="f", by="", agreed=False)
