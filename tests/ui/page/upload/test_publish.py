"""Publishing a draft: a far one only after a tick, then switched on and linked on the map."""

from pathlib import Path

import pytest

from cop.ingest.layer.history import read_uploaded_layers
from cop.settings import StoreSettings
from tests.support.placemark import GREEN, folder, kml, point
from tests.ui.conftest import RunPage
from tests.ui.page.upload.test_group import drop, of, said

pytestmark = pytest.mark.layers


@pytest.mark.full
def test_a_far_draft_is_published_only_after_a_tick(run_page: RunPage, own_warehouse: Path) -> None:
    page = drop(
        run_page,
        own_warehouse,
        kml(folder("Far", point("b", "-80.2,25.7", GREEN))),
        layers="events*1",
    )
    of(page.button, "Create draft").click().run()
    assert not page.exception
    assert "This layer is 1," in said(page)
    assert of(page.button, "Publish").disabled
    of(page.checkbox, "Publish outside the area").check().run()
    of(page.button, "Publish").click().run()
    assert "Show on map" in said(page)
    (layer,) = read_uploaded_layers(StoreSettings(data=own_warehouse)).values()
    assert layer.state == "published"
    assert layer.style.fill == "#00ff00"
    assert layer.name in "".join(page.query_params["layers"])
    assert "one for all features" in said(page)
