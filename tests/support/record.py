"""Made-up records: frames for the store, and files as a publisher would write them."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cop.model.tile import mercator_integers

IOM_HEADER = ["t", "m", "type", "route", "geo", "dead", "cause", "surv", "lon", "lat"]


def make_frame(n: int = 3, **columns: Any) -> pd.DataFrame:
    """Raw and placed columns of n events a day apart; each column can be given."""
    start = datetime(2026, 1, 30)
    frame = pd.DataFrame(
        {
            "source": "test",
            "source_id": None,
            "kind": "crossing",
            "count": 2,
            "unit": "people",
            "occurred_at": [start + timedelta(days=i) for i in range(n)],
            "time_precision": "minute",
            "reported_at": pd.NaT,
            "lon": -110.9 + np.arange(n) * 0.01,
            "lat": 31.4,
            "uncertainty_m": 50.0,
            "detection": "sensor",
            "confidence": "high",
            "marking": "TLP:CLEAR",
            "synthetic": False,
            "attributes": None,
            "segment_id": "TCA-0001",
            "sector": "TCA",
            "county": "Pima, AZ",
        },
    ).assign(**columns)
    mx, my = mercator_integers(frame["lon"].to_numpy(float), frame["lat"].to_numpy(float))
    return frame.assign(mx=mx, my=my)


def iom_row(**cells: str) -> dict[str, str]:
    """One good row in the columns of the profile iom_mmp, with some cells changed."""
    good = {
        "t": "2020-05-01",
        "m": "2020-05-01",
        "type": "Incident",
        "route": "",
        "geo": "USA",
        "dead": "1.0",
        "cause": "Drowning",
        "surv": "",
        "lon": "-110.5",
        "lat": "31.5",
    }
    return good | cells


def write_iom(path: Path, rows: list[dict[str, str]]) -> Path:
    """Write rows as a file that the profile iom_mmp reads."""
    pd.DataFrame(rows, columns=IOM_HEADER).to_csv(path, index=False)
    return path


def write_many_iom(path: Path, *, n: int, end: datetime, seed: int = 7) -> Path:
    """Write incidents over a year, along the border, far from it, and at the world's edges."""
    rng = np.random.default_rng(seed)
    days = rng.integers(1, 400, n)
    moments = [(end - timedelta(days=int(d))).strftime("%Y-%m-%d") for d in days]
    edges = [
        ("180", "10"),
        ("-180", "-10"),
        ("179.9999999", "-84"),
        ("12.5", "88"),
        ("-112.5", "31.952162238024968"),
        ("-112.5", "0"),
        ("-90", "0.0001"),
    ]
    lons, lats = rng.uniform(-118, -96, n), rng.uniform(24, 34, n)
    near = np.arange(n) % 8 > 0
    lons[near] = (
        rng.choice([-116.5, -111.9, -106.4, -98.2], near.sum()) + rng.normal(0, 0.1, n)[near]
    )
    lats[near] = np.interp(lons[near], [-117, -110, -106, -98], [32.7, 31.6, 31.9, 26.4])
    lats += rng.normal(0, 0.05, n)
    positions = [(f"{lon:.6f}", f"{lat:.6f}") for lon, lat in zip(lons, lats, strict=True)]
    positions[: len(edges)] = edges
    rows = [
        iom_row(t=t, m=t, dead=f"{dead}.0", lon=lon, lat=lat, cause=f"cause {i % 7}")
        for i, (t, dead, (lon, lat)) in enumerate(
            zip(moments, rng.integers(0, 30, n), positions, strict=True)
        )
    ]
    rows += rows[20:30] + rows[20:25]
    return write_iom(path, rows)


UCDP_COLUMNS = [
    "id", "longitude", "latitude", "date_start", "date_prec", "best", "where_prec",
    "event_clarity", "type_of_violence", "dyad_name", "number_of_sources", "adm_1", "adm_2",
    "date_end", "low", "high",
]  # fmt: skip


def write_ucdp(path: Path, deaths: dict[str, tuple[str, int]]) -> Path:
    """Write records that the profile ucdp_mexico reads: by identifier the day and the deaths."""
    rows = [
        {"id": key, "longitude": "-106.4", "latitude": "31.6", "date_start": day}
        | {"date_prec": "1.0", "best": best, "where_prec": "1.0", "event_clarity": "1.0"}
        for key, (day, best) in deaths.items()
    ]
    pd.DataFrame(rows, columns=UCDP_COLUMNS).to_csv(path, index=False)
    return path
