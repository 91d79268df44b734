"""Files whose places or times are probably wrong, each in one way, in a random part of its rows."""

import json
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

from cop.model.moment import utc_now
from tests.attack.attempt import Attempt
from tests.support.personal_file import make_file

_LEAST, _MOST = 20, 60
Row = dict[str, str]
Spoil = Callable[[Random, Row], None]


def draw_doubtful(random: Random, folder: Path) -> Iterator[Attempt]:
    """Draw a file for each mistake, as a table or as shapes; each must be asked about."""
    for code, spoil in MISTAKES.items():
        rows = [_draw_row(random) for _ in range(random.randint(_LEAST, _MOST))]
        if code == "minutes_impossible":
            for row in rows:
                _in_minutes(row)
        few = len(rows) if code in _OF_ALL else random.randint(1, len(rows) // _FEWER.get(code, 1))
        for row in random.sample(rows, few):
            spoil(random, row)
        own = folder / f"{random.randrange(1 << 32):08x}"
        own.mkdir(parents=True)
        is_table = code in _OF_TABLES or random.random() < 0.5
        path = own / ("file.csv" if is_table else "file.geojson")
        path.write_text(_as_table(rows) if is_table else _as_shapes(rows), encoding="utf-8")
        yield Attempt(way=code, path=path, name=path.name, rows=len(rows), found=(code,))


def draw_personal(random: Random, folder: Path) -> Iterator[Attempt]:
    """Draw files with columns about persons, one of each language and format."""
    folder.mkdir(parents=True, exist_ok=True)
    first = 25 * random.randrange(1 << 20)
    for seed in range(first, first + 25):
        made = make_file(folder, seed, with_persons=True)
        yield Attempt(way=made.form, path=made.path, name=made.path.name, personal=made.personal)


def _draw_row(random: Random) -> Row:
    return {
        "lat": f"{random.uniform(26, 32.7):.5f}",
        "lon": f"{random.uniform(-117, -97.2):.5f}",
        "occurred_at": f"2026-{random.randint(1, 9):02}-{random.randint(1, 28):02}T10:00:00Z",
        "n": str(random.randint(0, 99)),
    }


def _as_table(rows: list[Row]) -> str:
    return "\n".join([",".join(rows[0]), *(",".join(row.values()) for row in rows)]) + "\n"


def _as_shapes(rows: list[Row]) -> str:
    features = [
        {
            "type": "Feature",
            "properties": {"occurred_at": row["occurred_at"], "n": int(row["n"])},
            "geometry": {"type": "Point", "coordinates": [float(row["lon"]), float(row["lat"])]},
        }
        for row in rows
    ]
    return json.dumps({"type": "FeatureCollection", "features": features})


def _without_sign(_random: Random, row: Row) -> None:
    row["lon"] = row["lon"].removeprefix("-")


def _in_radians(_random: Random, row: Row) -> None:
    for name in ("lat", "lon"):
        row[name] = f"{math.radians(float(row[name])):.7f}"


def _exchanged(_random: Random, row: Row) -> None:
    row["lat"], row["lon"] = row["lon"], row["lat"]


def _at_zero(_random: Random, row: Row) -> None:
    row["lat"] = row["lon"] = "0"


def _in_minutes(row: Row) -> None:
    """Write a place in degrees and minutes."""
    for name, side in (("lat", "N"), ("lon", "W")):
        degrees, part = divmod(abs(float(row[name])), 1)
        row[name] = f"{degrees:.0f} {part * 59:.3f} {side}"


def _with_odd_minutes(random: Random, row: Row) -> None:
    row["lat"] = f"{random.randint(26, 31)} {random.randint(60, 99)}.5 N"


def _in_future(random: Random, row: Row) -> None:
    row["occurred_at"] = f"{utc_now().year + random.randint(2, 8)}-01-05T10:00:00Z"


def _early(random: Random, row: Row) -> None:
    row["occurred_at"] = f"{random.randint(1901, 1989)}-01-05T10:00:00Z"


def _as_serial(random: Random, row: Row) -> None:
    row["occurred_at"] = f"{random.randint(45_000, 46_000)}.{random.randint(1, 9)}"


def _as_epoch(random: Random, row: Row) -> None:
    row["occurred_at"] = str(
        random.randint(1_760_000_000, 1_764_000_000) * 1000 ** random.randrange(3)
    )


MISTAKES: dict[str, Spoil] = {
    "longitude_sign": _without_sign,
    "radians": _in_radians,
    "axes_swapped": _exchanged,
    "null_island": _at_zero,
    "minutes_impossible": _with_odd_minutes,
    "time_future": _in_future,
    "time_early": _early,
    "excel_serial": _as_serial,
    "epochs_mixed": _as_epoch,
}
"""Each mistake by the code of what is found."""
_OF_TABLES = ("minutes_impossible", "excel_serial", "epochs_mixed")
_OF_ALL = ("axes_swapped", "excel_serial", "epochs_mixed")
"""Of a few rows with axes exchanged the latitudes are impossible, and left out with a warning."""
_FEWER = {"minutes_impossible": 12}
"""In more of the rows it is no column of places."""
