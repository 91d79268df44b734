"""Files dropped on the Picture: private drafts with no question, published with one press."""

import json
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from cop.ingest.layer.history import read_uploaded_layers
from cop.settings import StoreSettings, UploadSettings
from cop.store.room.audit import list_steps
from cop.ui.component.context import CONTEXT
from cop.ui.page import drop
from tests.support.placemark import FOLDERS
from tests.ui.conftest import PATIENCE_SECONDS, RunPage

pytestmark = [pytest.mark.layers, pytest.mark.glance]

POSTS = "name,lat,lon\na,31.4,-110.9\n"
FAR = "name,lat,lon\na,25.7,-80.2\n"


def open_picture(run_page: RunPage, data: Path, **parts: Any) -> AppTest:
    return run_page("Picture", data, **parts)


def put(page: AppTest, *files: tuple[str, str]) -> AppTest:
    """Drop files as the map hands them over."""
    found = [(name, text.encode(), "text/plain") for name, text in files]
    page = page.file_uploader[0].set_value(found).run()
    assert not page.exception
    return page


def told(page: AppTest) -> dict[str, Any]:
    """What the map is told of dropped files."""
    given = [json.loads(part.proto.json) for part in page.get("bidi_component")]
    (found,) = [one["drop"] for one in given if "deck" in one]
    return dict(found)


def act() -> None:
    """Do what was pressed on the map."""
    from cop.ui.page.drop import act_on_draft

    act_on_draft("pressed")


def press(page: AppTest, **said: Any) -> AppTest:
    """Press a button of a draft; the run shares the session of the page."""
    doing = AppTest.from_function(act, default_timeout=PATIENCE_SECONDS)
    for name in (CONTEXT, "drop-box", "own-name"):
        if name in page.session_state:
            doing.session_state[name] = page.session_state[name]
    doing.query_params.update(page.query_params)
    doing.session_state["pressed"] = {"draft": {"by": "Viewer 7", "agreed": False, **said}}
    doing.run()
    assert not doing.exception
    return doing


def layers(data: Path) -> list[Any]:
    return list(read_uploaded_layers(StoreSettings(data=data)).values())


def test_a_file_is_on_the_map_of_its_session_alone_with_no_question(
    run_page: RunPage, own_warehouse: Path
) -> None:
    page = open_picture(run_page, own_warehouse)
    asked = len(page.text_input), len(page.checkbox)
    before = told(page)
    page = put(page, ("Border_posts.csv", POSTS))
    after = told(page)
    (file,) = after["files"]
    (layer,) = file["layers"]
    assert (before["files"], layer["title"], layer["n"]) == ([], "Border posts", 1)
    assert file["marking"] == "TLP:AMBER"
    assert after["turn"] == before["turn"] + 1
    assert (len(page.text_input), len(page.checkbox)) == asked
    assert layers(own_warehouse) == []
    context = page.session_state[CONTEXT]
    assert json.loads(context.drafts.find(layer["token"]))["features"]
    assert told(open_picture(run_page, own_warehouse))["files"] == []


def test_the_page_is_marked_as_its_drafts_are(run_page: RunPage, own_warehouse: Path) -> None:
    def marking(page: AppTest) -> str:
        return next(str(one.value) for one in page.html if "cop-strip" in str(one.value))

    page = open_picture(run_page, own_warehouse)
    assert "TLP:AMBER" not in marking(page)
    page = put(page, ("posts.csv", POSTS))
    assert "TLP:AMBER" in marking(page)


def test_one_press_publishes_as_the_page_upload_does(
    run_page: RunPage, own_warehouse: Path
) -> None:
    page = put(open_picture(run_page, own_warehouse, layers="segments*1"), ("posts.csv", POSTS))
    (file,) = told(page)["files"]
    done = press(page, what="publish", id=file["id"])
    (layer,) = layers(own_warehouse)
    assert (layer.state, layer.declared.title, layer.owner) == ("published", "posts", "Viewer 7")
    assert layer.declared.marking == "TLP:AMBER"
    assert layer.name in str(done.query_params["layers"])
    (step,) = list_steps(StoreSettings(data=own_warehouse), subject=f"layer {layer.id}")
    assert (step.who, step.action) == ("Viewer 7", "upload")
    box = page.session_state["drop-box"]
    assert box.files == []
    assert box.notes[-1].words.startswith("Published posts in version ")
    assert page.session_state[CONTEXT].drafts.find(file["layers"][0]["token"]) is None
    press(page, what="publish", id=file["id"])
    assert len(layers(own_warehouse)) == 1, "a second press finds nothing"
    page.run()
    assert told(page)["files"] == []


def test_a_name_that_was_typed_comes_first(run_page: RunPage, own_warehouse: Path) -> None:
    page = put(open_picture(run_page, own_warehouse), ("posts.csv", POSTS))
    page.session_state["own-name"] = "Ana"
    press(page, what="publish", id=told(page)["files"][0]["id"])
    assert [layer.owner for layer in layers(own_warehouse)] == ["Ana"]


def test_the_layers_of_a_file_are_published_in_one_version(
    run_page: RunPage, own_warehouse: Path
) -> None:
    page = put(open_picture(run_page, own_warehouse), ("Camps.kml", FOLDERS))
    (file,) = told(page)["files"]
    assert [one["title"] for one in file["layers"]] == ["Roads", "Posts", "Areas"]
    assert file["skipped"] == ["Nothing: empty"]
    press(page, what="publish", id=file["id"])
    assert sorted(one.declared.title for one in layers(own_warehouse)) == [
        "Areas",
        "Posts",
        "Roads",
    ]


def test_a_far_draft_needs_a_tick(run_page: RunPage, own_warehouse: Path) -> None:
    page = put(open_picture(run_page, own_warehouse), ("far.csv", FAR))
    (file,) = told(page)["files"]
    assert "km from the area of operations" in file["far"][0]
    press(page, what="publish", id=file["id"])
    assert layers(own_warehouse) == []
    assert page.session_state["drop-box"].notes[-1].is_fault
    press(page, what="publish", id=file["id"], agreed=True)
    assert len(layers(own_warehouse)) == 1


def test_what_cannot_be_shown_is_named_and_the_others_are(
    run_page: RunPage, own_warehouse: Path
) -> None:
    page = put(
        open_picture(run_page, own_warehouse), ("cities.csv", "name,city\na,Nogales\n"),
        ("posts.csv", POSTS),
    )  # fmt: skip
    found = told(page)
    assert [file["name"] for file in found["files"]] == ["posts.csv"]
    (note,) = found["notes"]
    assert note["bad"]
    assert note["text"].startswith("cities.csv: No column looks like a position")
    assert "First values: name 'a', city 'Nogales'." in note["text"]


def test_a_discarded_draft_is_gone(run_page: RunPage, own_warehouse: Path) -> None:
    page = put(open_picture(run_page, own_warehouse), ("posts.csv", POSTS))
    (file,) = told(page)["files"]
    press(page, what="discard", id=file["id"])
    assert page.session_state[CONTEXT].drafts.find(file["layers"][0]["token"]) is None
    assert told(page.run())["files"] == []
    assert layers(own_warehouse) == []


def test_what_one_session_may_drop_is_limited(
    run_page: RunPage, own_warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drop, "MOST_FILES", 1)
    page = put(open_picture(run_page, own_warehouse), ("a.csv", POSTS), ("b.csv", POSTS))
    found = told(page)
    assert [file["name"] for file in found["files"]] == ["a.csv"]
    assert found["notes"][0]["text"].startswith("b.csv: there are 1 drafts on this map")
    monkeypatch.setattr(drop, "_MB", 0.1)
    page = put(open_picture(run_page, own_warehouse), ("a.csv", POSTS))
    assert "at most 64 MB can be dropped here: use Upload" in told(page)["notes"][0]["text"]


def test_the_limits_of_a_person_hold(run_page: RunPage, own_warehouse: Path) -> None:
    few = {"uploads": UploadSettings(upload_person_layers=1)}
    page = put(
        open_picture(run_page, own_warehouse, context=few), ("a.csv", POSTS), ("b.csv", POSTS)
    )
    for file in told(page)["files"]:
        press(page, what="publish", id=file["id"])
    assert len(layers(own_warehouse)) == 1
    box = page.session_state["drop-box"]
    assert "COP_UPLOAD_PERSON_LAYERS" in box.notes[-1].words
    assert len(box.files) == 1, "the draft stays"
