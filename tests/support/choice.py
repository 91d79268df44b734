"""Random filters over what a warehouse holds."""

from datetime import datetime, timedelta
from math import cos, pi, sin
from random import Random

import geopandas as gpd

from cop.model.area import Area
from cop.model.filter import Filter
from cop.model.window import TimeWindow


def random_filters(events: gpd.GeoDataFrame, n: int, *, seed: int) -> list[tuple[Filter, bool]]:
    """N filters, each with whether it counts synthetic records; the first two take all in.

    A third of the others have an area.
    """
    rng = Random(seed)  # noqa: S311 tests need no secrets
    chosen = [_random_filter(rng, events, rng.random() < 0.6) for _ in range(n - 2)]
    return [(Filter(), False), (Filter(sources=("demo",)), True), *chosen]


def _random_filter(rng: Random, events: gpd.GeoDataFrame, synthetic: bool) -> tuple[Filter, bool]:
    own = events[events["synthetic"] == synthetic]
    named = rng.random() < 0.5
    wanted = Filter(
        window=_random_window(rng, own),
        sectors=_some(rng, own["sector"].unique().tolist(), most=4),
        counties=_some(rng, own["county"].unique().tolist(), most=6),
        kinds=_some(rng, own["kind"].unique().tolist(), most=4),
        sources=tuple(own["source"].unique()) if named else (),
        records=None if named else "synthetic" if synthetic else "real",
        area=random_area(rng, own) if rng.random() < 1 / 3 else None,
    )
    return wanted, synthetic


def random_area(rng: Random, events: gpd.GeoDataFrame) -> Area:
    """A star around an event, from a few km to half of the border wide, with up to 100 vertices.

    Around an event at the edge of the world it lies beside it: no area reaches beyond.
    """
    at = events.geometry.iloc[rng.randrange(len(events))]
    reach, n = 10 ** rng.uniform(-1.5, 1), rng.choice((3, 4, 7, 100))
    far = [reach * rng.uniform(0.4, 1) for _ in range(n)]
    turns = [(r, 2 * pi * i / n) for i, r in enumerate(far)]
    lon, lat = (min(max(v, reach - m), m - reach) for v, m in ((at.x, 180), (at.y, 90)))
    return Area.of([(lon + r * cos(turn), lat + r * sin(turn)) for r, turn in turns])


def _some(rng: Random, values: list[str], *, most: int) -> tuple[str, ...]:
    if rng.random() < 0.6:
        return ()
    return tuple(sorted(rng.sample(values, min(len(values), rng.randint(1, most)))))


def _random_window(rng: Random, events: gpd.GeoDataFrame) -> TimeWindow:
    """Nearly half the windows end on whole days, some on the exact moment of an event."""
    oldest, newest = (getattr(events["occurred_at"], f)() for f in ("min", "max"))
    start, end = sorted(_moment(rng, events, oldest, newest) for _ in range(2))
    if start == end:
        end += timedelta(seconds=1)
    shape = rng.random()
    return TimeWindow(start=None if shape < 0.15 else start, end=None if shape > 0.85 else end)


def _moment(rng: Random, events: gpd.GeoDataFrame, oldest: datetime, newest: datetime) -> datetime:
    sort = rng.random()
    if sort < 0.3:
        chosen: datetime = events["occurred_at"].iloc[rng.randrange(len(events))].to_pydatetime()
        return chosen
    moment = oldest + (newest - oldest) * rng.random()
    moment = moment.to_pydatetime().replace(microsecond=0)
    return moment.replace(hour=0, minute=0, second=0) if sort < 0.65 else moment
