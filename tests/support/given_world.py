"""A server with many records and partners of all sorts of rules, and what each may have of them.

What may be had is worked out here by hand, from the rules alone: labels by their text, squares by
the library mgrs, areas and middles by shapely.
"""

import json
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final

import geopandas as gpd
import mgrs
import numpy as np
import pandas as pd
import shapely
import yaml

from cop.access.policy import Policy, read_policy
from cop.model.giving import GivingRules
from cop.model.partner import Partner
from cop.resource import package_path
from cop.store.dataset.locate import read_locator
from tests.support.partner import Office, make_node
from tests.support.record import make_frame

LABELS: Final = ("TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED")
HOST: Final = "JTF"
KINDS: Final = ("crossing", "rescue", "seizure", "drone")
RULES: Final[Mapping[str, Mapping[str, Any]]] = {
    "DPS": {"highest": "TLP:AMBER", "counties": ("Cochise, AZ", "Santa Cruz, AZ")},
    "CBP": {"highest": "TLP:AMBER+STRICT", "precision": "1km", "smallest_count": 3},
    "SO-1": {"highest": "TLP:AMBER", "precision": "segment", "delay_h": 72.0},
    "SO-2": {
        "highest": "TLP:GREEN", "precision": "sector", "smallest_count": 5,
        "kinds": ("crossing", "rescue"),
    },
    "FBI": {
        "highest": "TLP:AMBER", "counties": ("Pima, AZ",), "margin_km": 30.0, "smallest_count": 2,
        "precision": "1km",
    },
}  # fmt: skip
"""Partners by their code: the rules of each."""
SMALLEST_OF_LABEL: Final = {"TLP:CLEAR": 10, "TLP:GREEN": 5}
SURGE: Final = 150
"""So many of the records come at once at one place; as many that nobody may have, at another."""
DAYS: Final = 75
"""How far back records reach."""
_SQUARE_M: Final = 500
_EDGE_KM: Final = 1.0


@dataclass(frozen=True, kw_only=True)
class GivenWorld:
    """The server at a moment, its records as a frame, and its partners."""

    office: Office
    policy: Policy
    now: datetime
    records: pd.DataFrame
    partners: Mapping[str, Partner]
    geography: Mapping[str, gpd.GeoDataFrame]

    def may_have(self, code: str) -> pd.DataFrame:
        """Return what a partner may have, as it may have it."""
        rules = self.partners[code].rules
        found = self.records[[_admits(text, code, rules.highest) for text in self.records.marking]]
        found = _without_small(found, SMALLEST_OF_LABEL.get(rules.highest, 1))
        if rules.kinds:
            found = found[found["kind"].isin(rules.kinds)]
        if rules.counties:
            found = found[self._is_inside(found, rules)]
        found = found[found["occurred_at"] <= self.now - timedelta(hours=rules.delay_h)]
        found = _without_small(found, rules.smallest_count)
        found = self._coarse(found, rules)
        return _without_small(found, rules.smallest_count)

    def _is_inside(self, found: pd.DataFrame, rules: GivingRules) -> "pd.Series[bool]":
        inside = found["county"].isin(rules.counties)
        return inside | (_away_km(self.geography, found, rules.counties) <= rules.margin_km)

    def _coarse(self, found: pd.DataFrame, rules: GivingRules) -> pd.DataFrame:
        if rules.precision == "exact":
            return found
        if rules.precision == "1km":
            places = [_middle_of_square(*at) for at in found[["lon", "lat"]].to_numpy()]
        else:
            name = {"segment": "segment_id", "sector": "sector"}[rules.precision]
            middles = _middles(self.geography, name)
            found = found[found[name].isin(middles)]
            places = [middles[one] for one in found[name]]
        lon, lat = zip(*places, strict=True) if places else ((), ())
        found = found.assign(lon=lon, lat=lat, attributes=None)
        if rules.precision == "sector":
            return found.assign(county="NONE")
        points = shapely.points(found["lon"], found["lat"])
        return found.assign(
            **{
                name: [
                    next((one for one, shape in _shapes(table, name) if shape.covers(at)), "NONE")
                    for at in points
                ]
                for name, table in (
                    ("county", self.geography["counties"]),
                    ("sector", self.geography["sectors"]),
                )
            }
        )


def _admits(marking: str, code: str, highest: str) -> bool:
    label, _, named = marking.partition("//REL TO ")
    return LABELS.index(label) <= LABELS.index(highest) and (not named or code in named.split(", "))


def _without_small(found: pd.DataFrame, least: int) -> pd.DataFrame:
    if least <= 1 or found.empty:
        return found
    month = found["occurred_at"].dt.strftime("%Y-%m")
    cell = [month, found["sector"], found["county"], found["kind"]]
    return found[found.groupby(cell)["id"].transform("size") >= least]


def _away_km(
    geography: Mapping[str, gpd.GeoDataFrame], found: pd.DataFrame, counties: tuple[str, ...]
) -> "pd.Series[float]":
    """Return how far positions lie from counties, by a projection around each of them."""
    own = geography["counties"]
    area = shapely.union_all(own[own["county"].isin(counties)].geometry.to_numpy())
    points = gpd.GeoSeries(gpd.points_from_xy(found["lon"], found["lat"]), crs="EPSG:4326")
    utm = "EPSG:32612"
    away = points.to_crs(utm).distance(gpd.GeoSeries([area], crs="EPSG:4326").to_crs(utm).iloc[0])
    return pd.Series(away.to_numpy() / 1_000, index=found.index)


def _middle_of_square(lon: float, lat: float) -> tuple[float, float]:
    known = mgrs.MGRS()
    square = known.toMGRS(lat, lon, MGRSPrecision=2)
    with warnings.catch_warnings():
        # The middle of a square that a band of latitude cuts may lie in the next band.
        warnings.simplefilter("ignore", RuntimeWarning)
        north, east = known.toLatLon(f"{square[:5]}{square[5:7]}{_SQUARE_M}{square[7:]}{_SQUARE_M}")
    return east, north


def _middles(
    geography: Mapping[str, gpd.GeoDataFrame], name: str
) -> dict[str, tuple[float, float]]:
    table = geography["segments" if name == "segment_id" else "sectors"]
    found = {}
    for one, shape in _shapes(table, name):
        point = (
            shape.interpolate(0.5, normalized=True)
            if name == "segment_id"
            else shape.representative_point()
        )
        found[one] = (point.x, point.y)
    return found


def _shapes(table: gpd.GeoDataFrame, name: str) -> Iterator[tuple[str, Any]]:
    yield from zip(table[name], table.geometry, strict=True)


def write_policy_of(folder: Path) -> Policy:
    """Write and read the policy that comes with the program, for the partners of this world."""
    stored = yaml.safe_load(package_path("data", "access.yaml").read_text())
    stored["agencies"] = {
        HOST: {"title": HOST},
        **{code: {"title": code, "highest": "TLP:RED"} for code in RULES},
    }
    assert stored["smallest_count"] == SMALLEST_OF_LABEL
    (folder / "access.yaml").write_text(yaml.safe_dump(stored))
    return read_policy(folder / "access.yaml")


def build_world(
    office: Office, folder: Path, *, n: int, now: datetime, seed: int = 1
) -> GivenWorld:
    """Publish ``n`` drawn records on a server with a region alone, and add its partners."""
    catalogue = office.warehouse.snapshot.catalogue
    geography = {
        name: gpd.read_parquet(catalogue.files_of(name)[0])
        for name in ("counties", "segments", "sectors")
    }
    locator = read_locator(catalogue)
    assert locator is not None
    drawn = _draw(geography, n, now, Random(seed))  # noqa: S311 the same in every run
    records = locator.place(drawn)
    # No record lies so near to an edge that two ways to measure could differ.
    for rules in RULES.values():
        if rules.get("margin_km"):
            away = _away_km(geography, records, rules["counties"])
            records = records[(away - rules["margin_km"]).abs() > _EDGE_KM]
    office.publish(records.drop(columns="id"))
    partners = {}
    for code, stated in RULES.items():
        (own := folder / code.lower()).mkdir()
        partners[code] = office.room.partners.add(
            make_node(own, code).card, rules=GivingRules(**{"parts": ("events",), **stated})
        )
    return GivenWorld(
        office=office, policy=write_policy_of(folder), now=now, partners=partners,
        records=records.reset_index(drop=True), geography=geography,
    )  # fmt: skip


def _draw(
    geography: Mapping[str, gpd.GeoDataFrame], n: int, now: datetime, random: Random
) -> pd.DataFrame:
    """Draw records near segments of a few sectors: some cells have many, some few."""
    segments = geography["segments"]
    own = segments[segments["sector"].isin(["TCA", "YUM", "EPT"])].geometry.to_numpy()
    generator = np.random.default_rng(random.randrange(2**32))
    at = [random.choice(own).interpolate(random.random(), normalized=True) for _ in range(n)]
    markings = [_draw_marking(random) for _ in range(n)]
    age = generator.exponential(20 * 24 * 3600, n).clip(600, DAYS * 24 * 3600)
    for first, place, marking in (
        (0, (-111.0, 31.42), "TLP:GREEN"),
        (SURGE, (-106.4, 31.8), "TLP:RED"),
    ):
        for i in range(first, first + SURGE):
            at[i], markings[i] = shapely.Point(place), marking
            age[i] = random.uniform(0.1, 5) * 24 * 3600
    moments = [now - timedelta(seconds=int(seconds)) for seconds in age]
    # None so near to the end of a delay that it ends while the test runs.
    delays = {rules.get("delay_h", 0.0) for rules in RULES.values()}
    for i, moment in enumerate(moments):
        if any(abs((now - moment).total_seconds() / 3600 - hours) < 1.5 for hours in delays):
            moments[i] = moment - timedelta(hours=4)
    ids = [f"canary{seed:05d}x" for seed in random.sample(range(100_000), n)]
    return (
        make_frame(
            n,
            source_id=ids,
            kind=random.choices(KINDS, (8, 4, 2, 1), k=n),
            count=generator.integers(1, 9, n),
            unit="people",
            occurred_at=moments,
            lon=[round(p.x + random.gauss(0, 0.05), 6) for p in at],
            lat=[round(p.y + abs(random.gauss(0, 0.08)), 6) for p in at],
            marking=markings,
            attributes=[json.dumps({"note": one}) for one in ids],
        )
        .drop(columns=["segment_id", "sector", "county", "mx", "my"])
        .assign(id=ids)
    )


def _draw_marking(random: Random) -> str:
    label = random.choices(LABELS, (3, 8, 6, 2, 1))[0]
    if label == "TLP:CLEAR" or random.random() < 0.7:
        return label
    named = sorted(random.sample([HOST, *RULES], random.randint(1, 3)))
    return f"{label}//REL TO {', '.join(named)}"
