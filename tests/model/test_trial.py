"""Changes of sensors in an address."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cop.errors import FilterError
from cop.model.filter import Filter
from cop.model.trial import MOST_TRIALS, SensorTrial

pytestmark = pytest.mark.coverage

NAMES = st.text(
    st.characters(categories=("L", "N"), include_characters="-_:@ "), min_size=1, max_size=20
)
PLACE = {"lon": st.floats(-180, 180), "lat": st.floats(-85, 85)}


@given(
    st.one_of(
        st.builds(SensorTrial, sort=st.just("off"), sensor=NAMES),
        st.builds(SensorTrial, sort=st.just("move"), sensor=NAMES, **PLACE),
        st.builds(
            SensorTrial, sort=st.just("raise"), sensor=NAMES, height_m=st.floats(0, 50_000)
        ),
        st.builds(
            SensorTrial, sort=st.just("add"), sensor=NAMES, **PLACE,
            height_m=st.floats(0, 50_000), range_m=st.floats(1, 300_000),
        ),
    )
)  # fmt: skip
def test_a_change_comes_back_from_its_text(trial: SensorTrial) -> None:
    text = trial.to_text()
    again = SensorTrial.from_text(text)
    assert (again.sort, again.sensor) == (trial.sort, trial.sensor)
    assert again.to_text() == text
    for name in ("lon", "lat", "height_m", "range_m"):
        before, after = getattr(trial, name), getattr(again, name)
        assert (before is None) == (after is None)
        assert before is None or after == pytest.approx(before, abs=1e-6)


def test_a_field_of_view_is_kept() -> None:
    trial = SensorTrial.from_text("add:A@-110.9,31.4,20,8000,180,75")
    assert (trial.azimuth_deg, trial.fov_deg) == (180.0, 75.0)
    assert trial.to_text() == "add:A@-110.9,31.4,20,8000,180,75"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("drop:A", "use add:NAME@"),
        ("off:", "write off:SENSOR"),
        ("move:A", "write move:SENSOR@LON,LAT"),
        ("move:A@1", "write move:SENSOR@LON,LAT"),
        ("move:A@1,x", "'x' is not a number"),
        ("move:A@1,nan", "'nan' is not a number"),
        ("move:A@200,31", "lon is 200; use -180 to 180"),
        ("raise:A@-1", "height_m is -1"),
        ("add:A@1,2,3,0", "range_m is 0"),
        ("add:A@1,2,3,4,5", "write add:NAME@"),
    ],
)
def test_what_cannot_be_read_is_said(text: str, why: str) -> None:
    with pytest.raises(FilterError, match=why):
        SensorTrial.from_text(text)


def test_a_filter_carries_changes_in_one_order() -> None:
    pairs = [("whatif", "off:B"), ("whatif", "off:A"), ("whatif", "off:A")]
    found = Filter.from_pairs(pairs)
    assert found.to_pairs() == [("whatif", "off:A"), ("whatif", "off:B")]
    assert Filter.from_pairs(found.to_pairs()) == found
    with pytest.raises(FilterError, match="whatif has 21 values; use at most 20"):
        Filter.from_pairs([("whatif", f"off:{n}") for n in range(MOST_TRIALS + 1)])
