"""What the browser gets of a wall's frame."""

import json
from datetime import datetime

import pytest

from cop.ui.page.wall.kiosk import BigFigure, KioskSpec, WallScene, build_data

pytestmark = pytest.mark.table


def test_the_data_are_json_with_moments_in_utc() -> None:
    spec = KioskSpec(
        theme="dark",
        marking="TLP:GREEN",
        marking_color="#33ff00",
        synthetic=True,
        title="Southwest border",
        scope="all kinds",
        figures=(BigFigure(title="Events", value="12", change="+5%"),),
        foot=("Window",),
        said_at=datetime(2026, 11, 1, 6),
        scene=WallScene(name="Brief", place=1, of=2, seconds=30, left_s=4.5),
    )
    data = json.loads(json.dumps(build_data(spec)))
    assert data["said_at"] == "2026-11-01T06:00:00Z"
    assert data["health"] == "/healthz"
    assert data["figures"] == [{"title": "Events", "value": "12", "change": "+5%"}]
    assert data["scene"]["left_s"] == 4.5
