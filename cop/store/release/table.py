"""The rows that a release admits of the datasets that are one table each.

A file with rows that are withheld is replaced by a copy without them. A dataset that has no rule
here is withheld.
"""

import hashlib
from pathlib import Path
from typing import Final

from cop.store.catalogue.admission import Admission, bind_admission
from cop.store.dataset.layer import build_layer_rows
from cop.store.dataset.schema import (
    BASIS_COLUMNS,
    COVERAGE,
    LAYER_COLUMNS,
    LAYERS,
    OUTAGES,
    PLACEMENTS,
    RECORD_DATASETS,
    SEGMENT_COVERAGE,
    SENSORS,
    SOURCES,
    STATUS,
    TERRAIN,
    VIEWSHEDS,
)
from cop.store.dataset.source import report_names
from cop.store.engine import Cursor, fetch
from cop.store.release.case import ReleaseCase
from cop.store.release.copy import READ, Condition, ReleaseCopies, hash_row
from cop.store.release.since import list_withheld

OPEN: Final = frozenset(
    {
        *("line", "segments", "sectors", "counties"),
        *("background", "places", "credits", "region"),
    }
)
"""The geography, which comes with the program: everyone may read it."""
_EVERYTHING: Final[Condition] = ("true", {})


class TableRelease:
    """The admitted files of one snapshot by dataset, and the names of their content by path."""

    def __init__(self, cursor: Cursor, case: ReleaseCase, copies: ReleaseCopies) -> None:
        """Admit what the case has to read."""
        self.files: dict[str, tuple[str, ...]] = {}
        self.names: dict[str, str] = {}
        self._cursor, self._case, self._copies = cursor, case, copies
        self._stored = case.snapshot.catalogue.files
        self._admit()

    def _admit(self) -> None:
        case = self._case
        for dataset, paths in self._stored.items():
            if dataset in case.clips:
                self._add(dataset, case.clips[dataset])
            elif dataset in OPEN or dataset in case.layers:
                self.files[dataset] = paths
                self.names |= {path: f"{dataset} {Path(path).name}" for path in paths}
        for dataset in RECORD_DATASETS:
            self._add(dataset, self._readable(dataset))
        sources = {"sources": sorted(case.sources)}
        layers = {"layers": sorted(layer.id for layer in case.layers.values())}
        self._add(SOURCES, ("id IN (SELECT unnest($sources::VARCHAR[]))", sources))
        if case.clips:
            self._write_layers()
        else:
            self._add(LAYERS, ("id IN (SELECT unnest($layers::VARCHAR[]))", layers))
        self._admit_coverage()

    def _write_layers(self) -> None:
        """Admit the rows of layers as they are with the features that are admitted."""
        rows = build_layer_rows(self._case.layers.values())
        if not len(rows):
            return
        name = f"{LAYERS} {rows.to_json(date_format='iso')}"
        target = self._copies.folder / f"{hashlib.sha256(name.encode()).hexdigest()}.parquet"
        self._cursor.register("layer_rows", rows)
        columns = ", ".join(f"{name}::{kind} AS {name}" for name, kind in LAYER_COLUMNS.items())
        written = self._copies.write_rows(
            self._cursor, (f"SELECT {columns} FROM layer_rows ORDER BY id", {}), target
        )
        self._cursor.unregister("layer_rows")
        self.files[LAYERS], self.names[written] = (written,), f"{LAYERS} {target.stem}"

    def _admit_coverage(self) -> None:
        """Admit what is of sensors that may be read, and rests on what may be."""
        of_sensors: Condition = (
            "source IN (SELECT unnest($sources::VARCHAR[])) "
            "AND sensor_id IN (SELECT unnest($sensors::VARCHAR[]))",
            {"sources": sorted(self._case.sources), "sensors": self._find(SENSORS, "sensor_id")},
        )
        for dataset in (OUTAGES, *report_names(self._stored)):
            self._add(dataset, of_sensors)
        for dataset in (PLACEMENTS, COVERAGE):
            if dataset in self._stored:
                self._add(dataset, self._rest_on_readable(dataset, of_sensors))
        keys = {"keys": self._find(PLACEMENTS, "sight_key")}
        self._add(VIEWSHEDS, ("sight_key IN (SELECT unnest($keys::VARCHAR[]))", keys))
        # What all sensors see together is worked out anew from those that may be read.
        followed = (SENSORS, OUTAGES, PLACEMENTS)
        if all(self.files.get(name) == self._stored.get(name) for name in followed):
            self._add(SEGMENT_COVERAGE, _EVERYTHING)

    def _rest_on_readable(self, dataset: str, of_sensors: Condition) -> Condition:
        """Return the condition for places and sights that rest on nothing that is withheld."""
        where, values = of_sensors
        files = list(self._stored[dataset])
        columns = fetch(self._cursor, f"DESCRIBE SELECT * FROM {READ}", {"files": files})
        if {*BASIS_COLUMNS} <= {name for name, *_ in columns}:
            where += (
                " AND (reported_by IS NULL OR reported_by IN (SELECT unnest($sources::VARCHAR[])))"
                " AND list_has_all($rasters::VARCHAR[], heights)"
            )
            return where, values | {"rasters": self._find(TERRAIN, "path")}
        # Files of earlier builds do not say what their rows rest on.
        return of_sensors if self._admits_bases() else (f"{where} AND false", values)

    def _admits_bases(self) -> bool:
        """Return whether nothing is withheld that a place or a sight may rest on."""
        withheld = {
            state.source.kind
            for name, state in self._case.snapshot.sources.items()
            if name not in self._case.sources
        }
        return withheld.isdisjoint({STATUS, TERRAIN}) and (
            self.files.get(TERRAIN) == self._stored.get(TERRAIN)
        )

    def _readable(self, dataset: str) -> Condition:
        files = list(self._stored.get(dataset, ()))
        rows = []
        if files:
            rows = fetch(self._cursor, f"SELECT DISTINCT marking FROM {READ}", {"files": files})
        release = self._case.release
        where, values = bind_admission(
            Admission(
                release=release,
                markings=tuple(marking for (marking,) in rows if release.admits(marking)),
                sources=tuple(sorted(self._case.sources)),
            )
        )
        withheld = list_withheld(self._cursor, self._case, dataset)
        if withheld:
            where += " AND record_id NOT IN (SELECT unnest($withheld::VARCHAR[]))"
            values["withheld"] = withheld
        return where, values

    def _find(self, dataset: str, column: str) -> list[str]:
        files = list(self.files.get(dataset, ()))
        if not files:
            return []
        sql = f"SELECT DISTINCT {column} FROM {READ} ORDER BY 1"
        return [value for (value,) in fetch(self._cursor, sql, {"files": files})]

    def _add(self, dataset: str, condition: Condition) -> None:
        """Admit the rows of a dataset that pass a condition; without any, nothing of it."""
        where, values = condition
        for path in self._stored.get(dataset, ()):
            columns = fetch(self._cursor, f"DESCRIBE SELECT * FROM {READ}", {"files": [path]})
            digest = hash_row((name, kind) for name, kind, *_ in columns)
            ((every, n, content),) = fetch(
                self._cursor,
                f"SELECT (SELECT count(*) FROM {READ}), count(*), {digest} "
                f"FROM {READ} WHERE {where}",
                {"files": [path], **values},
            )
            if not n:
                continue
            name = f"{dataset} {n} {content}"
            admitted = path
            if n < every:
                code = hashlib.sha256(name.encode()).hexdigest()
                target = self._copies.folder / f"{code}.parquet"
                admitted = self._copies.write(self._cursor, path, condition, target)
            self.files[dataset] = (*self.files.get(dataset, ()), admitted)
            self.names[admitted] = name
