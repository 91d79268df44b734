"""Tests of the Picture's address: it comes back as it went, and junk is named."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cop.errors import FilterError
from cop.model.filter import Filter
from cop.model.picture import Picture, ShownLayer, Viewpoint

pytestmark = pytest.mark.picture

NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,10}", fullmatch=True)
PICTURES = st.builds(
    Picture,
    filter=st.builds(
        Filter,
        sectors=st.lists(st.sampled_from(["SDC", "TCA", "RGV"]), unique=True).map(
            lambda codes: tuple(sorted(codes))
        ),
        records=st.sampled_from(["real", "synthetic", None]),
    ),
    preset=st.sampled_from(["24 h", "30 d", None]),
    known_at=st.none() | st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)),
    viewpoint=st.none()
    | st.builds(
        Viewpoint,
        lat=st.integers(-90, 90).map(float),
        lon=st.integers(-180, 180).map(float),
        zoom=st.integers(0, 22).map(float),
    ),
    shown=st.none()
    | st.lists(
        st.builds(ShownLayer, id=NAMES, opacity=st.sampled_from([0.0, 0.25, 1.0])), min_size=1
    ).map(tuple),
    measures=st.lists(NAMES, unique=True).map(tuple),
)


@given(PICTURES)
def test_an_address_gives_the_picture_back(picture: Picture) -> None:
    assert Picture.from_pairs(picture.to_pairs()) == picture


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("map", "1,2", "use lat,lon,zoom"),
        ("map", "95,0,3", "outside the world"),
        ("map", "nan,0,3", "outside the world"),
        ("known_at", "yesterday", "known_at='yesterday' is not a moment"),
        ("window", "5 weeks", "use one of 24 h"),
        ("layers", "events*2", "from 0 to 1"),
        ("layers", "events*x", "use layer"),
        ("camera", "1", "unknown parameter 'camera'"),
        ("sector", "", "empty"),
    ],
)
def test_a_wrong_part_is_named(name: str, value: str, told: str) -> None:
    with pytest.raises(FilterError, match=told):
        Picture.from_pairs([(name, value)])
