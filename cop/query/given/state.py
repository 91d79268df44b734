"""What a partner has been given, and what changed since: no record is given twice unchanged."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from cop.query.given.layer import WrittenLayer
from cop.store.catalogue.writer import write_parquet
from cop.store.dataset.delay import Delays, read_delays
from cop.store.dataset.received import GIVEN_COLUMNS, WITHDRAWN_COLUMNS
from cop.store.engine import Cursor, fetch, quote, quote_text
from cop.store.given.event import GRANTED

_STATE: Final = {
    "part": "VARCHAR",
    "origin": "VARCHAR",
    "record": "VARCHAR",
    "hash": "UBIGINT",
    "changed": "BIGINT",
    "gone": "BOOLEAN",
}
"""A record that was given: of which part, the hash of its row, the package in which it changed."""
_KEY: Final = "part, origin, record"
_NONE: Final = (0, 0, 0)


@dataclass(frozen=True, kw_only=True)
class GivenNews:
    """How much of what is given is new, changed and gone since the package before."""

    added: int = 0
    changed: int = 0
    gone: int = 0


@dataclass(frozen=True, kw_only=True)
class GivenFiles:
    """The files of a package, None where one would be empty, and the state after it.

    ``n`` and ``n_withdrawn`` are the events in the files, which may repeat what went before;
    ``news`` and ``layer_news`` count those that are new with this package, and ``delays`` are of
    the events that are added. ``layers`` are those in it.
    """

    events: Path | None
    withdrawn: Path | None
    layers: tuple[WrittenLayer, ...]
    withdrawn_layers: Path | None
    state: Path | None
    n: int
    n_withdrawn: int
    n_given: int
    n_layers_withdrawn: int
    news: GivenNews
    layer_news: GivenNews
    delays: Delays
    markings: tuple[str, ...]


def write_given(
    cursor: Cursor,
    folder: Path,
    *,
    stored: Path | None,
    number: int,
    since: int,
    at: datetime,
    layers: Sequence[WrittenLayer] = (),
) -> GivenFiles:
    """Compare what is granted now with what was given, and write what is new since a package.

    ``stored`` is the state after the last package; ``since`` is the one that the partner has, 0 if
    it is to get everything; ``at`` is when it is given (naive UTC); ``layers`` are all that are
    granted. What it gets carries the package in which it changed, so that packages may come twice,
    or one before the other.
    """
    _compare(cursor, stored, layers, number)
    columns = ", ".join(
        "s.changed AS number" if name == "number" else f"g.{quote(name)}" for name in GIVEN_COLUMNS
    )
    bound: dict[str, Any] = {"since": since}
    events = write_parquet(
        cursor,
        f"SELECT {columns}, ST_SetCRS(ST_Point(g.lon, g.lat), 'EPSG:4326') AS geometry "
        f"FROM {GRANTED} g JOIN given_now s USING (origin, record) "
        "WHERE s.part = 'events' AND s.changed > $since ORDER BY origin, record",
        folder,
        values=bound,
    )
    state = write_parquet(
        cursor, f"SELECT {', '.join(_STATE)} FROM given_now ORDER BY {_KEY}", folder
    )
    counts = {
        part: tuple(numbers)
        for part, *numbers in fetch(
            cursor,
            "SELECT part, count(*) FILTER (NOT gone AND changed > $since), "
            "count(*) FILTER (gone AND changed > $since AND $since > 0), "
            "count(*) FILTER (NOT gone) FROM given_now "
            "GROUP BY part",
            bound,
        )
    }
    n, n_withdrawn, n_given = counts.get("events", _NONE)
    is_new = "s.changed = $number AND NOT s.gone AND (b.hash IS NULL OR b.gone)"
    cursor.execute(
        "CREATE OR REPLACE TEMP TABLE given_new AS SELECT s.part, s.origin, s.record, s.gone, "
        f"{is_new} AS is_new FROM given_now s LEFT JOIN given_before b USING ({_KEY}) "
        "WHERE s.changed = $number",
        {"number": number},
    )
    news = {
        part: GivenNews(added=added, changed=changed, gone=gone)
        for part, added, changed, gone in fetch(
            cursor,
            "SELECT part, count(*) FILTER (is_new), count(*) FILTER (NOT is_new AND NOT gone), "
            "count(*) FILTER (gone) FROM given_new GROUP BY part",
        )
    }
    delays = read_delays(
        cursor,
        f"SELECT g.* FROM {GRANTED} g JOIN given_new s USING (origin, record) "
        "WHERE s.part = 'events' AND s.is_new",
        at=at,
    )
    markings = fetch(
        cursor,
        f"SELECT DISTINCT marking FROM {GRANTED} g JOIN given_now s USING (origin, record) "
        "WHERE s.part = 'events' AND s.changed > $since",
        bound,
    )
    changed = _list_changed_layers(cursor, layers, since)
    stated = {marking for (marking,) in markings}
    stated |= {layer.given.declared.marking for layer in changed}
    return GivenFiles(
        events=None if events is None else events.path,
        withdrawn=_write_withdrawn(cursor, folder, "events", since),
        layers=changed,
        withdrawn_layers=_write_withdrawn(cursor, folder, "layers", since),
        state=None if state is None else state.path,
        n=n,
        n_withdrawn=n_withdrawn,
        n_given=n_given,
        n_layers_withdrawn=counts.get("layers", _NONE)[1],
        news=news.get("events", GivenNews()),
        layer_news=news.get("layers", GivenNews()),
        delays=delays,
        markings=tuple(sorted(stated)),
    )


def _compare(
    cursor: Cursor, stored: Path | None, layers: Sequence[WrittenLayer], number: int
) -> None:
    """Fill ``given_before`` and ``given_now``: what was given, and what is from now on."""
    cursor.execute(f"CREATE OR REPLACE TEMP TABLE given_before AS {_read(stored)}")
    cursor.execute(
        "CREATE OR REPLACE TEMP TABLE granted_layers AS SELECT unnest($origins::VARCHAR[]) AS "
        "origin, unnest($records::VARCHAR[]) AS record, unnest($hashes::UBIGINT[]) AS hash",
        {
            "origins": [layer.given.origin for layer in layers],
            "records": [layer.given.record for layer in layers],
            "hashes": [layer.hash for layer in layers],
        },
    )
    cursor.execute(
        f"CREATE OR REPLACE TEMP TABLE given_now AS SELECT {_KEY}, "
        "coalesce(g.hash, b.hash) AS hash, "
        "CASE WHEN g.hash IS NULL AND b.gone THEN b.changed "
        "WHEN g.hash = b.hash AND NOT b.gone THEN b.changed ELSE $number END AS changed, "
        "g.hash IS NULL AS gone FROM ("
        f"SELECT 'events' AS part, origin, record, hash FROM {GRANTED} UNION ALL "
        "SELECT 'layers', origin, record, hash FROM granted_layers) g "
        f"FULL JOIN given_before b USING ({_KEY})",
        {"number": number},
    )


def _write_withdrawn(cursor: Cursor, folder: Path, part: str, since: int) -> Path | None:
    """Write what of a part is withdrawn since a package: WITHDRAWN_COLUMNS; None if nothing is."""
    names = ", ".join(
        "changed AS number" if name == "number" else quote(name) for name in WITHDRAWN_COLUMNS
    )
    written = write_parquet(
        cursor,
        f"SELECT {names} FROM given_now WHERE gone AND part = $part AND changed > $since "
        "AND $since > 0 ORDER BY origin, record",
        folder,
        values={"since": since, "part": part},
    )
    return None if written is None else written.path


def _list_changed_layers(
    cursor: Cursor, layers: Sequence[WrittenLayer], since: int
) -> tuple[WrittenLayer, ...]:
    """Return the layers that changed since a package, with the one in which each did."""
    rows = fetch(
        cursor,
        "SELECT origin, record, changed FROM given_now "
        "WHERE part = 'layers' AND NOT gone AND changed > $since",
        {"since": since},
    )
    numbers = {(origin, record): changed for origin, record, changed in rows}
    return tuple(
        replace(layer, given=layer.given.model_copy(update={"number": numbers[layer.given.key]}))
        for layer in layers
        if layer.given.key in numbers
    )


def _read(stored: Path | None) -> str:
    if stored is not None:
        return f"SELECT {', '.join(_STATE)} FROM read_parquet({quote_text(str(stored))})"
    empty = ", ".join(f"NULL::{kind} AS {name}" for name, kind in _STATE.items())
    return f"SELECT {empty} WHERE false"
