"""Tests of places and times as a county says them."""

from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from cop.export.locality import Locality, say_count

pytestmark = pytest.mark.exchange
NOGALES = Locality(
    names=["Nogales", "Tucson"],
    lon=np.array([-110.9343, -110.9265]),
    lat=np.array([31.3404, 32.2217]),
    zone=ZoneInfo("America/Phoenix"),
)


def test_the_clock_is_that_of_the_place() -> None:
    assert NOGALES.say_time(datetime(2026, 11, 24, 18, 30)) == "Tue Nov 24, 11:30 AM MST"
    assert NOGALES.say_time(datetime(2026, 11, 24, 7, 5)) == "Tue Nov 24, 12:05 AM MST"


@pytest.mark.parametrize(
    ("lon", "lat", "words"),
    [
        (-110.9343, 31.3404, "in Nogales"),
        # A mile is 0.01447 degrees of latitude, here 0.01694 of longitude.
        (-110.9343 - 4 * 0.01694, 31.3404, "4 mi W of Nogales"),
        (-110.9343, 31.3404 + 4 * 0.01447, "4 mi N of Nogales"),
        (-110.9343 + 7 * 0.01694, 31.3404 - 7 * 0.01447, "10 mi SE of Nogales"),
        (-110.9265, 32.2217 - 10 * 0.01447, "10 mi S of Tucson"),
        (-100.0, 31.0, "31.000 N 100.000 W"),
    ],
)
def test_a_place_is_named_by_the_nearest_town(lon: float, lat: float, words: str) -> None:
    assert NOGALES.say_place(lon, lat) == words


def test_without_towns_a_place_is_in_degrees() -> None:
    nowhere = Locality(names=[], lon=np.zeros(0), lat=np.zeros(0), zone=ZoneInfo("UTC"))
    assert nowhere.say_place(-110.93, 31.34) == "31.340 N 110.930 W"


def test_one_is_one() -> None:
    said = [
        say_count(n, unit) for n, unit in ((1, "people"), (2, "people"), (1, "items"), (3, "kg"))
    ]
    assert said == ["1 person", "2 people", "1 item", "3 kg"]
    assert say_count(1_200, "events") == "1,200 events"
