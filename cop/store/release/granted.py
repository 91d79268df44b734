"""The events that rules of giving leave of what a release admits, as files of their own.

They are what a partner gets in a package: coarser, later and fewer, without an id of this server.
"""

import hashlib
import weakref
from dataclasses import replace
from pathlib import Path
from typing import Final

from cop.model.giving import Grant
from cop.store.catalogue.admission import Admission
from cop.store.catalogue.grain import TOTALS
from cop.store.catalogue.version import CatalogueVersion
from cop.store.dataset.rollup import Rollups
from cop.store.dataset.schema import EVENT_COLUMNS, EVENT_ORDER, EVENTS, MONTH
from cop.store.dataset.source import read_sources
from cop.store.engine import Cursor, fetch, quote
from cop.store.given.event import GRANTED, fill_granted, leave_out_small
from cop.store.release.copy import READ, ReleaseCopies, hash_row
from cop.store.snapshot import Snapshot

_GIVEN_AS: Final = {
    "event_id": "md5(concat_ws(chr(31), origin, record))",
    "source_id": "record",
    "content_hash": "hash",
    "geometry": "ST_SetCRS(ST_Point(lon, lat), 'EPSG:4326')",
}
_MONTH_OF: Final = "strftime(occurred_at, '%Y-%m')"


class GrantedEvents:
    """Builds the events of grants, with the rollups of one engine."""

    def __init__(self, rollups: Rollups, copies: ReleaseCopies) -> None:
        """Write to the folder of ``copies``."""
        self._rollups, self._copies = rollups, copies
        self._written: set[str] = set()
        self._shown: list[weakref.ref[CatalogueVersion]] = []

    def grant(
        self,
        cursor: Cursor,
        admitted: Snapshot,
        whole: CatalogueVersion,
        grant: Grant,
        *,
        now: tuple[CatalogueVersion, CatalogueVersion] | None = None,
    ) -> Snapshot:
        """Return a snapshot whose events are those that a partner is given of an admitted one.

        ``now`` is what is admitted of the newest version, and that version: of an earlier one
        nothing is given that is not given now. Raise PartnerError if the rules name what there is
        not.
        """
        self._remove_unread()
        if now is not None:
            fill_granted(cursor, *now, grant, giver=grant.giver, latest=grant.latest)
            cursor.execute(
                f"CREATE OR REPLACE TEMP TABLE given_now AS SELECT origin, record FROM {GRANTED}"
            )
        fill_granted(
            cursor, admitted.catalogue, whole, grant, giver=grant.giver, latest=grant.latest
        )
        if now is not None:
            cursor.execute(f"DELETE FROM {GRANTED} WHERE (origin, record) NOT IN (FROM given_now)")
            leave_out_small(cursor, GRANTED, grant.rules.smallest_count)
        names = _write_months(cursor, self._copies)
        files = {name: paths for name, paths in admitted.catalogue.files.items() if name != EVENTS}
        if names:
            files[EVENTS] = tuple(sorted(names))
        catalogue = replace(
            admitted.catalogue, files=files, admitted=_admit(cursor, admitted.catalogue, names)
        )
        rollup = self._rollups.build(cursor, catalogue)
        self._written |= {*names}
        self._shown.append(weakref.ref(catalogue))
        sources = read_sources(cursor, catalogue, rollup.select(TOTALS))
        return replace(
            admitted,
            catalogue=catalogue,
            rollup=rollup,
            # A source of which nothing is given is not named.
            sources={
                name: state
                for name, state in sources.items()
                if state.source.kind != EVENTS or state.n
            },
        )

    def _remove_unread(self) -> None:
        """Remove files that no snapshot has any more: a delay makes new ones all the time."""
        self._shown = [one for one in self._shown if one() is not None]
        found = (one() for one in self._shown)
        read = {file for one in found if one is not None for file in one.event_files}
        for file in self._written - read:
            Path(file).unlink(missing_ok=True)
        self._written &= read


def _write_months(cursor: Cursor, copies: ReleaseCopies) -> dict[str, str]:
    """Write the granted events by month; return the files with the names of their content."""
    columns = ", ".join(
        f"{_GIVEN_AS.get(name, quote(name))} AS {quote(name)}" for name in EVENT_COLUMNS
    )
    cursor.execute(f"CREATE OR REPLACE TEMP TABLE given_events AS SELECT {columns} FROM {GRANTED}")
    digest = hash_row((name, kind) for name, kind in EVENT_COLUMNS.items() if name != "geometry")
    months = fetch(
        cursor,
        f"SELECT {_MONTH_OF}, count(*), {digest} FROM given_events GROUP BY ALL ORDER BY 1",
    )
    names = {}
    for month, n, content in months:
        name = f"given {month} {n} {content}"
        code = hashlib.sha256(name.encode()).hexdigest()
        target = copies.folder / f"{MONTH}={month}" / f"{code}.parquet"
        rows = (
            f"SELECT * FROM given_events WHERE {_MONTH_OF} = $month {EVENT_ORDER}",
            {"month": month},
        )
        names[copies.write_rows(cursor, rows, target)] = name
    for table in (GRANTED, "given_events"):
        cursor.execute(f"DROP TABLE {table}")
    return names


def _admit(cursor: Cursor, catalogue: CatalogueVersion, names: dict[str, str]) -> Admission:
    """Return the condition of every query over granted events, which are all admitted."""
    before = catalogue.admitted
    assert before is not None  # noqa: S101 a grant is of a release
    events = {*catalogue.files.get(EVENTS, ())}
    others = {path: name for path, name in before.names.items() if path not in events}
    rows = (
        fetch(cursor, f"SELECT DISTINCT marking FROM {READ} ORDER BY 1", {"files": [*names]})
        if names
        else []
    )
    return replace(
        before,
        markings=tuple(marking for (marking,) in rows),
        sources=None,
        small=None,
        names=others | names,
    )
