"""The Pictures and Compare pages and the saving of the picture, without a browser."""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cop.model.picture import Picture
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.room.picture import SavedPictures
from cop.store.warehouse import Warehouse
from cop.ui.component.context import CONTEXT
from cop.ui.page.save import as_text
from tests.support.command import CHECKOUT
from tests.support.record import make_frame
from tests.support.saved import make_draft
from tests.support.signed import signed_context
from tests.support.store import publish_events
from tests.ui.conftest import RunPage

pytestmark = pytest.mark.table

EVIL = "<b>RGV</b> *week* <script>alert(1)</script>"
ADDRESS = {"from": "2026-01-25", "to": "2026-02-10", "records": "real"}


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


def said(page: AppTest) -> str:
    return " ".join(str(part.proto.body) for part in page.get("html"))


def press(page: AppTest, label: str) -> AppTest:
    page = next(button for button in page.button if button.label == label).click().run()
    assert not page.exception
    return page


def save(page: AppTest, name: str, author: str = "Avery") -> AppTest:
    (signed,) = [box for box in page.text_input if box.label == "Your name"]
    signed.input(author)
    page.text_input(key="save-name").input(name)
    return press(page, "Save as new")


def test_the_picture_of_the_address_is_saved_and_can_be_updated(
    run_page: RunPage, data: Path, saved: SavedPictures
) -> None:
    page = save(run_page("Picture", data, **ADDRESS), EVIL)
    assert [message.value for message in page.toast] == [as_text(f"Saved {EVIL}, revision 1")]
    (made,) = saved.list()
    assert (made.name, made.newest.author, made.newest.version) == (EVIL, "Avery", 2)
    assert dict(made.newest.picture.to_pairs()) == ADDRESS
    assert made.newest.figures[0].amount == 3
    press(page, "Save as revision 2")
    assert saved.get(made.id).newest.number == 2


def test_without_a_name_nothing_is_saved_and_the_remedy_is_told(
    run_page: RunPage, data: Path, saved: SavedPictures
) -> None:
    page = save(run_page("Picture", data, **ADDRESS), "Brief", author=" ")
    assert "author" in page.error[0].value
    page = save(page, " ")
    assert "name" in page.error[0].value
    assert saved.list() == ()


def test_an_update_after_another_s_is_refused_with_its_author(
    run_page: RunPage, data: Path, saved: SavedPictures
) -> None:
    page = save(run_page("Picture", data, **ADDRESS), "Brief")
    (made,) = saved.list()
    saved.update(made.id, make_draft(author="Blake"), based_on=1)
    page = press(page, "Save as revision 2")
    assert "revision 2 of Blake" in page.error[0].value
    assert saved.get(made.id).newest.number == 2


def test_an_id_in_the_address_opens_its_picture_as_it_was_known(
    run_page: RunPage, data: Path, saved: SavedPictures
) -> None:
    save(run_page("Picture", data, **ADDRESS), "Brief")
    (made,) = saved.list()
    page = run_page("Picture", data, picture=made.id)
    assert not page.error
    assert page.metric[0].value == "3"
    assert "known_at" not in page.query_params
    late = make_frame(1, source_id=["d"], occurred_at=datetime(2026, 2, 1))
    publish_events(StoreSettings(data=data), late)
    page = run_page("Picture", data, picture=made.id, revision="1")
    assert page.metric[0].value == "3"
    assert "AS KNOWN AT" in said(page)
    assert {"picture", "revision"}.isdisjoint(page.query_params)
    page = press(page, "Back to now")
    assert page.metric[0].value == "4"


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ({"picture": "nothing"}, "no picture 'nothing' is saved here"),
        ({"picture": "ID", "revision": "9"}, "has no revision 9: it has 1 to 1"),
        ({"picture": "ID", "revision": "-1"}, "is not a whole number"),
    ],
)
def test_an_id_that_opens_nothing_is_named(
    run_page: RunPage, data: Path, saved: SavedPictures, address: dict[str, str], told: str
) -> None:
    made = saved.save(make_draft(), name="Brief")
    given = {name: made.id if value == "ID" else value for name, value in address.items()}
    page = run_page("Picture", data, **given)
    assert told in page.error[0].value


def test_the_page_lists_pictures_with_marking_age_and_names_as_text(
    run_page: RunPage, data: Path, saved: SavedPictures
) -> None:
    page = run_page("Pictures", data)
    assert "No saved Pictures" in page.info[0].value
    made = saved.save(make_draft(), name=EVIL, description="<img src=x onerror=alert(2)>")
    page = run_page("Pictures", data)
    words = said(page)
    assert "&lt;b&gt;RGV&lt;/b&gt; *week* &lt;script&gt;" in words
    assert "<script>" not in words and "<img" not in words
    assert "SYNTHETIC" in words and "TLP:GREEN" in words
    assert "0 min old, data version 3" in words
    assert f'href="/?picture={made.id}"' in words


def test_a_picture_is_found_by_a_part_of_its_name_and_archived_ones_are_apart(
    run_page: RunPage, data: Path, saved: SavedPictures
) -> None:
    made = saved.save(make_draft(), name="Morning brief")
    page = run_page("Pictures", data)
    page = page.text_input(key="pictures-find").input("evening").run()
    assert "matches that name" in page.info[0].value
    page = page.text_input(key="pictures-find").input("MORNING").run()
    assert "Morning brief" in said(page)
    saved.archive(made.id)
    page = run_page("Pictures", data)
    assert "Morning brief" not in said(page)
    page = page.toggle(key="pictures-archived").set_value(True).run()
    assert "Morning brief" in said(page)


def test_compare_says_what_differs_and_when_windows_do(
    run_page: RunPage, data: Path, saved: SavedPictures
) -> None:
    page = run_page("Compare", data)
    assert [box.value for box in page.selectbox] == ["before", "this"]
    shots = [
        make_draft(version=2, picture=Picture.from_pairs({**ADDRESS, "to": to}.items()))
        for to in ("2026-02-01", "2026-02-10")
    ]
    left, right = (saved.save(shot, name=name) for shot, name in zip(shots, "AB", strict=True))
    page = run_page("Compare", data, left=f"{left.id}.1", right=right.id)
    assert not page.exception
    assert not page.error
    assert "differ in length, 7 d against 16 d" in page.warning[0].value
    table = page.dataframe[0].value.set_index(["group", "figure"])
    events = table.loc[("Headline", "Events")]
    assert int(events["right"]) - int(events["left"]) == int(events["apart"].split(" ")[0] or 0)
    page.selectbox(key="compare-left").select(right.id).run()
    assert page.query_params["left"] == right.id


def test_words_of_a_user_are_no_markdown() -> None:
    assert as_text("a*b*[x](y) :red[z]") == "a\\*b\\*\\[x\\]\\(y\\) \\:red\\[z\\]"


@pytest.mark.access
def test_a_picture_without_its_figures_says_that_they_are_not_released(
    data: Path, saved: SavedPictures, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What was saved before it was noted what it counts is for who leaves out no small counts."""
    made = saved.save(make_draft(), name="Brief")
    with closing(Warehouse(StoreSettings(data=data))) as warehouse:
        service, rights = QueryService(warehouse, tile_cache_mb=1), {"agency": "SO-1"}
        context = signed_context(
            service, tmp_path, monkeypatch, "analyst", highest="TLP:GREEN", **rights
        )
        assert context.room.pictures.get(made.id).newest.withholds_figures
        page = AppTest.from_file(str(CHECKOUT / "pages" / "Pictures.py"), default_timeout=120)
        page.session_state[CONTEXT] = context
        page.run()
        assert not page.exception
        words = "Figures and map as saved are not released to SO-1. Open it to see your own."
        assert words in [caption.value for caption in page.caption]
        assert not page.get("imgs")
        assert "Brief" in said(page)
        context.audit.close()
