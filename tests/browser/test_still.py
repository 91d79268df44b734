"""The map that the server draws against the one that the browser draws."""

import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from cop.export.map import find_camera, render_map
from cop.model.moment import format_moment, utc_now
from cop.model.picture import Picture
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from tests.browser.conftest import Visit

pytestmark = [pytest.mark.table, pytest.mark.browser]
VIEW = [
    ("records", "synthetic"),
    ("map", "31.40000,-110.40000,8.30"),
    ("layers", "background*1,coverage*1,segments*0.8,events*1"),
]


def test_shown_the_server_draws_what_the_browser_draws(
    server: str, warehouse_dir: Path, visit: Callable[..., Visit]
) -> None:
    end = utc_now().replace(minute=0, second=0)
    window = [
        ("from", format_moment(end - timedelta(days=30))),
        ("to", format_moment(end)),
    ]
    picture = Picture.from_pairs([*window, *VIEW])
    query = "&".join(f"{name}={value}" for name, value in picture.to_pairs())
    opened = visit(dark=True).open(f"{server}/?{query}")
    box = opened.page.locator(".copmap .stage").bounding_box()
    assert box is not None
    shot = Image.open(io.BytesIO(opened.page.screenshot(clip=box))).convert("RGB")
    warehouse = Warehouse(StoreSettings(data=warehouse_dir))
    service = QueryService(warehouse, tile_cache_mb=32)
    size = {"width_px": shot.width, "height_px": shot.height}
    png = render_map(service, service.view(picture.filter), picture, theme="dark", **size)
    camera = find_camera(service, service.view(picture.filter), picture, **size)
    warehouse.close()
    x, y = opened.ask("__copMap.project(-109.5, 31.3341)")
    assert camera.project(-109.5, 31.3341) == pytest.approx((x - box["x"], y - box["y"]), abs=0.6)
    still = Image.open(io.BytesIO(png)).convert("RGB")
    # What lies under the panel and the buttons is out of sight.
    sight = (slice(60, shot.height - 40), slice(330, shot.width - 60))
    smooth = ImageFilter.BoxBlur(1)
    theirs, ours = (np.asarray(image.filter(smooth)).astype(int)[sight] for image in (shot, still))
    apart = np.abs(theirs - ours).max(axis=2)
    assert (theirs.max(axis=2) > 100).mean() > 0.01
    assert (apart > 48).mean() < 0.01
    assert np.median(apart) <= 2
