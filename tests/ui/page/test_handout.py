"""The Handout page: the current Picture is saved first, saved ones are chosen and ordered."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

import pytest
from streamlit.testing.v1 import AppTest

from cop.access.access import Access
from cop.access.audit.log import AuditLog
from cop.access.identity import IdentityResolver
from cop.export.handout import FORMATS
from cop.model.picture import Picture
from cop.settings import StoreSettings
from cop.store.room.picture import SavedPictures
from cop.store.room.room import Room
from cop.ui.page.handout import SAVED, read_base
from tests.support.record import make_frame
from tests.support.saved import make_draft
from tests.support.store import publish_events
from tests.ui.conftest import RunPage

pytestmark = pytest.mark.table

ADDRESS = {"from": "2026-01-25", "to": "2026-02-10", "records": "real"}
CREATED = "handout-created"


@pytest.fixture
def data(own_warehouse: Path) -> Path:
    """A warehouse with three events."""
    publish_events(StoreSettings(data=own_warehouse), make_frame(3, source_id=["a", "b", "c"]))
    return own_warehouse


@pytest.fixture
def saved(data: Path) -> Iterator[SavedPictures]:
    saved = SavedPictures(StoreSettings(data=data))
    yield saved
    saved.close()


def create(page: AppTest) -> AppTest:
    button = next(button for button in page.button if button.label == "Create hand-out")
    page = button.click().run()
    assert not page.exception
    return page


def captions(page: AppTest) -> str:
    return " ".join(caption.value for caption in page.caption)


def test_the_current_picture_is_saved_by_name_and_becomes_a_file(
    run_page: RunPage, data: Path, saved: SavedPictures
) -> None:
    page = run_page("Handout", data, **ADDRESS)
    assert "Saves the Picture under your name first" in captions(page)
    page.radio(key="handout-form").set_value("csv")
    page = create(page)
    assert "author '': use 1 to 40 characters" in page.error[0].value.replace("\\", "")
    assert saved.list() == ()
    page.text_input(key="save-author").input("Avery")
    page = create(page)
    (kept,) = saved.list()
    assert kept.newest.author == "Avery"
    assert dict(kept.newest.picture.to_pairs()) == ADDRESS
    _, made = page.session_state[CREATED]
    assert made.name.startswith(f"TLP-CLEAR-{kept.id}-r1-")
    assert made.name.endswith(".csv")
    assert kept.id.encode() in made.content
    (button,) = page.get("download_button")
    assert button.label.startswith(f"Download {made.name} (")
    page = page.run()
    assert "Already saved. The hand-out carries its id." in captions(page)
    page = create(page)
    assert len(saved.list()) == 1, "it is not saved twice"
    assert len(page.get("download_button")) == 1


def test_a_download_is_of_the_selection_that_is_shown(
    run_page: RunPage, data: Path, saved: SavedPictures
) -> None:
    page = run_page("Handout", data, **ADDRESS)
    page.radio(key="handout-form").set_value("csv")
    page.text_input(key="save-author").input("Avery")
    page = create(page)
    assert len(page.get("download_button")) == 1
    page = page.radio(key="handout-form").set_value("html").run()
    assert not page.get("download_button"), "it is of another format"
    assert "Create it again." in captions(page)
    page = page.radio(key="handout-form").set_value("csv").run()
    assert len(page.get("download_button")) == 1
    page.query_params["sector"] = "TCA"
    page = page.run()
    assert not page.get("download_button"), "it is of another Picture"
    del page.query_params["sector"]
    page = page.radio(key="handout-what").set_value(SAVED).run()
    page = page.multiselect(key="handout-ids").set_value([saved.list()[0].id]).run()
    assert not page.get("download_button"), "it is of what was saved"


def test_saved_pictures_are_chosen_and_one_file_may_hold_only_one(
    run_page: RunPage, data: Path, saved: SavedPictures
) -> None:
    shot = make_draft(version=2, picture=Picture.from_pairs(ADDRESS.items()))
    first, second = (saved.save(shot, name=name) for name in ("Morning", "Evening"))
    page = run_page("Handout", data, **ADDRESS, sector="TCA")
    page = page.radio(key="handout-what").set_value(SAVED).run()
    page.radio(key="handout-form").set_value("csv")
    assert "no Picture chosen" in create(page).error[0].value.replace("\\", "")
    options = page.multiselect(key="handout-ids").options
    assert sorted(option.partition(" (revision 1, ")[0] for option in options) == [
        "Evening",
        "Morning",
    ]
    assert all(option.endswith("TLP:GREEN)") for option in options)
    page.multiselect(key="handout-ids").set_value([first.id, second.id])
    page = create(page)
    assert "a csv file holds one Picture, but 2 are chosen" in page.error[0].value.replace("\\", "")
    assert CREATED not in page.session_state
    page.multiselect(key="handout-ids").set_value([second.id])
    assert second.id in create(page).session_state[CREATED][1].name


def test_without_saved_pictures_there_is_nothing_to_choose_and_paper_is_light(
    run_page: RunPage, data: Path
) -> None:
    page = run_page("Handout", data, **ADDRESS)
    assert page.radio(key="handout-what").disabled
    assert not page.toggle(key="handout-dark").disabled
    page = page.radio(key="handout-form").set_value("pdf").run()
    assert page.toggle(key="handout-dark").disabled


def test_paper_and_preparer_are_asked_where_the_format_has_them(
    run_page: RunPage, data: Path, saved: SavedPictures
) -> None:
    saved.save(make_draft(version=2, picture=Picture.from_pairs(ADDRESS.items())), name="Morning")
    page = run_page("Handout", data, context={"paper": "a4"}, **ADDRESS)
    page.radio(key="handout-form").set_value("csv").run()
    assert not [radio for radio in page.radio if radio.key == "handout-paper"]
    page.radio(key="handout-form").set_value("pdf").run()
    paper = page.radio(key="handout-paper")
    assert (paper.value, [*paper.options]) == ("a4", ["Letter", "A4"])
    paper.set_value("letter")
    page.text_input(key="handout-by").input("Watch officer")
    _, made = create(page).session_state[CREATED]
    assert b"/MediaBox [0 0 792.00 612.00]" in made.content
    assert b"/Author (Watch officer)" in made.content


@pytest.mark.trust
@pytest.mark.parametrize(
    ("address", "base"),
    [
        ("http://table:8501/Handout?x=1", "http://table:8501"),
        ("http://[", ""), ("javascript://table/%0Aalert(1)", ""), ("", ""),
    ],
)  # fmt: skip
def test_an_odd_address_of_a_browser_is_none(address: str, base: str) -> None:
    assert read_base(address) == base


@pytest.mark.access
def test_who_may_not_save_hands_out_the_picture_and_nothing_is_stored(
    run_page: RunPage, data: Path, saved: SavedPictures
) -> None:
    access = Access(Room(StoreSettings(data=data)))
    ana = replace(access.policy.operator(), roles=frozenset({"viewer"}))
    access.identity = IdentityResolver([], operator=ana)
    page = run_page("Handout", data, context={"access": access}, **ADDRESS)
    assert "carries no id" in captions(page)
    assert not [field for field in page.text_input if field.key == "save-author"]
    for form in FORMATS:
        page = page.radio(key="handout-form").set_value(form).run()
        page = create(page)
        _, made = page.session_state[CREATED]
        assert made.name.startswith("TLP-CLEAR-not-saved-"), form
        assert made.content, form
        assert len(page.get("download_button")) == 1
    assert saved.list() == ()
    log = AuditLog(StoreSettings(data=data))
    handed = [entry for entry in log.file.read() if entry.subject == "hand-out"]
    assert {entry.details.get("picture") for entry in handed if entry.outcome == "done"} == {
        urlencode(ADDRESS)
    }
    log.close()
