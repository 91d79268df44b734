"""The words of the Coverage page say what a figure is of."""

from dataclasses import replace

import pandas as pd
import pytest

from cop.query.coverage.timeline import Timeline
from cop.ui.page.coverage.word import (
    describe_gaps,
    describe_health,
    describe_method,
    describe_timeline,
)
from tests.ui.page.coverage.test_table import make_gaps, make_health

pytestmark = pytest.mark.coverage


def test_unknown_is_said_beside_what_is_covered() -> None:
    table = pd.DataFrame(
        {"seen_km_hours": [30.0, 20.0], "unknown_km_hours": [0.0, 20.0], "total_km_hours": 50.0}
    )
    assert describe_timeline(Timeline(table=table, period="day")) == (
        "50% of segment-hours covered, 20% unknown"
    )
    plain = Timeline(table=table.assign(unknown_km_hours=0.0), period="day")
    assert describe_timeline(plain) == "50% of segment-hours covered"


def test_gaps_say_what_they_are_ranked_by_and_of_when() -> None:
    assert describe_gaps(make_gaps()) == (
        "Ranked by risk x length x hours: the events expected there while nobody saw it. "
        "010000Z MAR 26 to 030000Z MAR 26, 48 h."
    )
    assert "as there is no forecast" in describe_gaps(make_gaps(by_risk=False))


def test_health_counts_states_and_names_what_detects_nothing() -> None:
    health = make_health()
    assert describe_health(health) == (
        "3 sensors: 2 working, 1 down at 030000Z MAR 26. Detections and events here are of all "
        "kinds in the window, also outside the filter. 1 detected nothing in the area that they "
        "claim to see, where 5 events or more were recorded."
    )
    words = describe_health(replace(health, attributed=False))
    assert words.endswith("No event of the window names its sensor, so detections are unknown.")


def test_it_is_said_where_no_terrain_hides_anything() -> None:
    full = describe_method(make_health())
    assert "Over the terrain that is loaded, with earth curvature" in full
    assert "No terrain" not in full
    some = describe_method(make_health(terrain=["full", "none", "partial"]))
    assert some.endswith("No terrain for 1 of 3 sensors: all in their range counts as seen.")
    none = describe_method(make_health(terrain="none"))
    assert none.endswith("No terrain is loaded here: all within a sensor's range counts as seen.")
    assert "curvature" not in none
