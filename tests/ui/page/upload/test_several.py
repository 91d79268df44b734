"""Several files dropped at once on the Upload page: a raster, a photo and one that is refused."""

import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from cop.ingest.layer.history import read_uploaded_layers
from cop.model.palette import RAMPS
from cop.model.styling import FillWords
from cop.settings import StoreSettings
from cop.ui.page.upload.grid import EQUAL
from cop.ui.page.upload.photo import read_photo
from tests.support.raster import write_tiff
from tests.support.upload import write_photo
from tests.ui.conftest import RunPage

pytestmark = pytest.mark.layers


def press(page: AppTest, label: str) -> AppTest:
    page = next(button for button in page.button if button.label == label).click().run()
    assert not page.exception
    return page


def part(page: AppTest, kind: str, name: str) -> Any:
    """The widget of a kind whose key holds a name."""
    return next(one for one in getattr(page, kind) if name in str(one.key))


def stands(page: AppTest) -> list[str]:
    """The files of the page and how far each has come, without the marks that keep text text."""
    return [words.replace("\\", "") for words in page.radio(key="upload-file").options]


@pytest.mark.full
def test_shown_a_raster_and_a_photo_dropped_together_become_layers(
    run_page: RunPage, own_warehouse: Path, tmp_path: Path
) -> None:
    store = StoreSettings(data=own_warehouse)
    raster = write_tiff(tmp_path / "a.tif", units="m").read_bytes()
    photo = write_photo(tmp_path / "b.jpg").read_bytes()
    page = run_page("Upload", own_warehouse)
    page.text_input(key="save-author").input("Ana")
    page.file_uploader[0].set_value(
        [
            ("Heights.tif", raster, "image/tiff"),
            ("Crossing.jpg", photo, "image/jpeg"),
            ("broken.tif", raster[:300], "image/tiff"),
        ]
    ).run()
    assert not page.exception
    assert stands(page) == [
        "Heights.tif (read)",
        "Crossing.jpg (read)",
        "broken.tif (rejected)",
    ]
    page = press(page, "Create draft")
    part(page, "selectbox", "-ramp").select("magma").run()
    part(page, "selectbox", "-rescale").select(EQUAL).run()
    part(page, "number_input", "-from").set_value(200.0).run()
    part(page, "number_input", "-to").set_value(1_200.0).run()
    page = part(page, "radio", "upload-measure").set_value("sector").run()
    assert page.dataframe[0].value["Sector"].tolist() == ["TCA"]
    page = press(page, "Publish")
    (layer,) = read_uploaded_layers(store).values()
    assert (layer.state, layer.owner, layer.declared.title) == ("published", "Ana", "Heights")
    fill = layer.style.fill
    assert isinstance(fill, FillWords)
    assert (fill.breaks, fill.unit) == ((400, 600, 800, 1_000), "m")
    assert (fill.paints[0], fill.paints[-1]) == (RAMPS["magma"][0], RAMPS["magma"][-1])

    page.radio(key="upload-file").set_value(1).run()
    part(page, "toggle", "-keep_photo").set_value(True).run()
    page = press(press(page, "Create draft"), "Publish")
    kept = {one.declared.title: one for one in read_uploaded_layers(store).values()}["Crossing"]
    assert (kept.state, kept.content.points) == ("published", 1)
    with Image.open(io.BytesIO(read_photo(own_warehouse, kept))) as picture:
        assert (picture.size, dict(picture.getexif())) == ((64, 48), {})
    assert stands(page)[:2] == [
        "Heights.tif (published)",
        "Crossing.jpg (published)",
    ]
    page.radio(key="upload-file").set_value(2).run()
    assert "broken.tif: not readable as GeoTIFF" in page.error[0].value.replace("\\", "")
