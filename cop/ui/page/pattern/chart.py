"""The charts of the Patterns page, from its figures."""

import pandas as pd

from cop.analysis.cycle import Profile
from cop.analysis.moon import PHASES
from cop.analysis.season import MONTHS
from cop.model.style import Theme
from cop.query.hour import HourOfWeek
from cop.ui.component.chart import build_bars, build_heat
from cop.ui.component.chart.heat import WEEKDAYS
from cop.ui.component.chart.theme import AnyChart

CHART_PX = 210
_UNIT = "events per day"
_PHASES = (
    "New",
    "Wax. crescent",
    "1st quarter",
    "Wax. gibbous",
    "Full",
    "Wan. gibbous",
    "Last quarter",
    "Wan. crescent",
)


def build_hour_chart(hours: HourOfWeek, theme: Theme) -> AnyChart:
    """Draw the week of hours: Monday on top, midnight on the left."""
    week = hours.total()
    week["day"] = [WEEKDAYS[day] for day in week["weekday"]]
    week["span"] = [f"{hour:02d}00 to {hour + 1:02d}00" for hour in week["hour"]]
    return build_heat(
        week,
        theme=theme,
        x="hour",
        y="day",
        value="n",
        unit="events",
        x_title="local hour",
        shown={"day": "Day", "span": "Local time", "n": "Events"},
        height=CHART_PX,
    )


def build_weekday_chart(profile: Profile, theme: Theme) -> AnyChart:
    """Draw events per day by weekday."""
    return _bars(profile, theme, words=WEEKDAYS, names=WEEKDAYS, what="Day")


def build_season_chart(profile: Profile, theme: Theme) -> AnyChart:
    """Draw events per day by month, with the range over single years where there are several."""
    return _bars(profile, theme, words=MONTHS, names=MONTHS, what="Month", ranges=True)


def build_moon_chart(profile: Profile, theme: Theme) -> AnyChart:
    """Draw events per day by eighth of the lunar month."""
    return _bars(profile, theme, words=_PHASES, names=PHASES, what="Moon")


def build_profile_table(profile: Profile, names: tuple[str, ...]) -> pd.DataFrame:
    """Return the rows of a profile with names and shares in percent."""
    table = profile.table
    return table.assign(
        name=[names[place] for place in table["position"]],
        share=100 * table["n"] / max(int(table["n"].sum()), 1),
        share_of_days=100 * table["days"] / max(int(table["days"].sum()), 1),
    )


def _bars(
    profile: Profile,
    theme: Theme,
    *,
    words: tuple[str, ...],
    names: tuple[str, ...],
    what: str,
    ranges: bool = False,
) -> AnyChart:
    table = build_profile_table(profile, names)
    table["word"] = [words[place] for place in table["position"]]
    shown = {
        "name": what,
        "per_day": "Events per day",
        "n": "Events",
        "days": "Days",
        "share": "% of events",
        "share_of_days": "% of days",
    }
    ranged = ranges and bool(table["low"].notna().any())
    if ranged:
        shown |= {"low": "Lowest year", "high": "Highest year"}
    return build_bars(
        table,
        theme=theme,
        x="word",
        y="per_day",
        unit=_UNIT,
        low="low" if ranged else None,
        high="high" if ranged else None,
        shown=shown,
        height=CHART_PX,
    )
