"""Tests of how much was looked: by sensors, by patrols, or by nobody."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from cop.ingest.profile.file import read_profile
from cop.ingest.reader import DirectReader
from cop.ingest.sink.registry import ingest_file
from cop.layerkind.service.layer_list import read_layer, read_layers
from cop.layerkind.service.status import read_status
from cop.layerkind.service.tile import build_address
from cop.query.forecast.effort import Shares, build_effort
from cop.query.forecast.patrol import Patrols
from cop.query.forecast.surface import read_surface
from cop.query.forecast.track import title_layer
from cop.query.segment import read_segments
from cop.query.service import QueryService
from cop.query.text import describe_forecast
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from tests.query.forecast.test_patrol import write_hours
from tests.query.forecast.test_risk import DAYS, ORIGIN, START, WANTED, at_origin, load, told

pytestmark = pytest.mark.forecast

END = START + timedelta(days=28)
SEEN = np.array([True, True, False, False])


def unwatched(_edges: Sequence[datetime]) -> None:
    """No sensor is loaded."""


def test_patrols_count_by_their_share_and_where_nothing_is_told_as_usual() -> None:
    rates = np.array([[1.0, 3.0], [np.nan, np.nan], [2.0, 2.0], [2.0, 2.0]])
    exact = np.array([False, False, False, True])
    made = build_effort(
        SEEN,
        START,
        END,
        watched=unwatched,
        patrols=Patrols(rates=rates, exact=exact, sources=("hours",)),
        periods=2,
        shares=Shares(patrolled=0.5),
    )
    # Half of what is detected follows the hours, whose mean is 2; nobody is known to have been
    # along the third; along the fourth somebody was, whose own hours are told.
    assert made.table.tolist() == [[0.75, 1.25], [1.0, 1.0], [0.0, 0.0], [1.0, 1.0]]
    assert (made.known, made.sources) == (True, ("hours",))
    assert made.watched.tolist() == exact.tolist()


def test_hours_say_nothing_where_patrols_detect_nothing() -> None:
    patrols = Patrols(rates=np.ones((4, 2)), exact=np.ones(4, bool), sources=("hours",))
    made = build_effort(
        SEEN,
        START,
        END,
        watched=unwatched,
        patrols=patrols,
        periods=2,
        shares=Shares(sensed=0.4),
    )
    assert made.table.tolist() == [[1.0, 1.0]] * 2 + [[0.0, 0.0]] * 2
    assert (made.known, made.sources) == (False, ())


def test_sensors_and_patrols_add_up() -> None:
    made = build_effort(
        SEEN,
        START,
        END,
        watched=lambda edges: np.array([[0.2], [0.6], [0.0], [0.1]]).repeat(len(edges) - 1, axis=1),
        patrols=Patrols(
            rates=np.array([[1.0], [3.0], [2.0], [2.0]]), exact=np.zeros(4, bool), sources=()
        ),
        periods=1,
        shares=Shares(sensed=0.5, patrolled=0.25),
    )
    expected = [1 - 0.25 - 0.125, 1 + 0.25 + 0.125, 0.0, 1 - 0.375]
    assert made.table[:, 0] == pytest.approx(expected)


@pytest.mark.full
def test_shown_patrol_hours_enter_the_forecast_as_effort(
    bare_warehouse: Path, tmp_path: Path
) -> None:
    plain = load(tmp_path / "plain", told(), bare_warehouse)
    unpatrolled = load(tmp_path / "told", told(), bare_warehouse)
    # The same number of events of twice the hours, in one of two sectors, since ten weeks before.
    hours = {"TCA": {0: 400.0, ORIGIN - 70: 800.0}, "EPT": {0: 400.0}}
    file = write_hours(tmp_path, hours, days=DAYS)
    settings = StoreSettings(data=tmp_path / "told" / "warehouse")
    assert (
        ingest_file(settings, file, read_profile("patrols_csv"), reader=DirectReader()).rejected
        == 0
    )
    service = QueryService(Warehouse(settings), tile_cache_mb=8)
    for name in ("segments", "risk", "risk_surface"):
        old, new = (
            build_address(s, s.view(WANTED), read_layer(s, s.view(), name))
            for s in (unpatrolled, service)
        )
        assert old != new, "a browser asks for other tiles"
    before, after = at_origin(plain), at_origin(service)
    assert (before.risk.with_effort, after.risk.with_effort) == (False, True)
    assert title_layer(read_layers(service, service.view())["risk"], after).title == "Forecast risk"
    assert "effort unknown" not in str(describe_forecast(service, service.view(WANTED)))
    standing = read_status(
        service, service.view(WANTED), read_layer(service, service.view(), "risk")
    )
    assert "Patrol hours by sector and day" in (standing.sources or ())
    assert standing.marking == "TLP:AMBER"
    sector = read_segments(service.warehouse.snapshot)["sector"].to_numpy()
    change = {
        code: np.nansum(after.table["risk"][sector == code])
        / np.nansum(before.table["risk"][sector == code])
        for code in hours
    }
    assert change["TCA"] < 0.9 * change["EPT"]
    surface = read_surface(service, service.view(WANTED))
    assert surface is not None
    assert (surface.with_effort, surface.effort_sources) == (True, ("patrols_csv",))
