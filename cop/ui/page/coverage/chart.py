"""The charts of the Coverage page, from its figures."""

from typing import Final

import pandas as pd

from cop.model.sensor import SENSOR_STATES, SensorState
from cop.model.style import Classes, Theme
from cop.query.coverage.health import SensorHealth, longest_down
from cop.query.coverage.timeline import Period, Timeline
from cop.query.registry import find_layer
from cop.ui.component.chart.heat import build_heat
from cop.ui.component.chart.span import build_spans
from cop.ui.component.chart.theme import AnyChart

MOST_ROWS: Final = 15
"""Sensors in the chart of outages, those longest not up first."""
SENSOR_LAYER: Final = "sensors"
_SHAPES: Final[dict[Period, str]] = {"hour": "%d %b %H%MZ", "day": "%d %b", "week": "%d %b"}
_HEAT_PX: Final = 26
_MOST_UNKNOWN: Final = 50


def build_timeline_chart(timeline: Timeline, sectors: list[str], theme: Theme) -> AnyChart:
    """Draw the covered share of segment-hours: a row for each sector, a cell for each period.

    A cell is empty where more than half is unknown.
    """
    table = timeline.table
    shape = _SHAPES[timeline.period]
    frame = pd.DataFrame(
        {
            "sector": table["sector"],
            "period": table["start"].dt.strftime(shape).str.upper(),
            "seen": 100 * table["seen_km_hours"] / table["total_km_hours"],
            "unknown": 100 * table["unknown_km_hours"] / table["total_km_hours"],
            "sensors": table["sensors"],
        }
    )
    frame.loc[frame["unknown"] > _MOST_UNKNOWN, "seen"] = None
    shown = {
        "sector": "Sector",
        "period": "From",
        "seen": "% covered",
        "unknown": "% unknown",
        "sensors": "Sensors, mean",
    }
    return build_heat(
        frame,
        theme=theme,
        x="period",
        y="sector",
        value="seen",
        most=100.0,
        unit="% covered",
        x_title=f"by {timeline.period}, UTC",
        y_order=[name for name in sectors if name in set(table["sector"])],
        shown=shown,
        height=_HEAT_PX * table["sector"].nunique() + 60,
    )


def build_outage_chart(health: SensorHealth, theme: Theme) -> AnyChart:
    """Draw when the sensors were not up that were so longest."""
    names = longest_down(health, MOST_ROWS)
    rows = health.outages[health.outages["sensor_id"].isin(names)]
    start, end = pd.Timestamp(health.start), pd.Timestamp(health.end)
    frame = pd.DataFrame(
        {
            "sensor_id": rows["sensor_id"],
            "begin": rows["down_at"].clip(lower=start),
            "end": rows["up_at"].fillna(end).clip(upper=end),
            "state": rows["state"].map(SENSOR_STATES),
            "cause": rows["cause"],
        }
    )
    frame["hours"] = (frame["end"] - frame["begin"]) / pd.Timedelta(hours=1)
    shown = {"sensor_id": "Sensor", "state": "State", "cause": "Cause", "hours": "Hours"}
    states: tuple[SensorState, ...] = ("down", "degraded", "unknown")
    return build_spans(
        frame,
        theme=theme,
        row="sensor_id",
        sort="state",
        colors={SENSOR_STATES[state]: _color(state, theme) for state in states},
        thin=[SENSOR_STATES["degraded"], SENSOR_STATES["unknown"]],
        rows=names,
        bounds=(health.start, health.end),
        shown=shown,
    )


def _color(state: SensorState, theme: Theme) -> str:
    fill = find_layer(SENSOR_LAYER).style.fill
    classes = fill.classes if isinstance(fill, Classes) else ()
    return next(one.paint.css(theme) for one in classes if one.value == state)
