"""A publish: new files lie beside the old until one catalogue transaction shows them all."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
from filelock import FileLock, Timeout

from cop.errors import DatasetMissingError, StoreError
from cop.settings import StoreSettings
from cop.store import catalogue
from cop.store.engine import Cursor, DatabaseError, open_engine, quote, quote_text
from cop.store.history import LoadNote
from cop.store.layout import check_layout
from cop.store.schema import EVENT_COLUMNS, EVENTS, MONTH
from cop.store.writer import publish_file, publish_parquet

FROM_WKB = "ST_SetCRS(ST_GeomFromWKB(geometry), 'EPSG:4326')"
_LOCK_SECONDS = 60


@dataclass
class Publication:
    """What one publish changes: whole tables, and whole months of events."""

    cursor: Cursor
    folder: Path
    tables: dict[str, Path] = field(default_factory=dict)
    months: dict[str, Path] = field(default_factory=dict)
    _before: dict[str, Path] = field(default_factory=dict)
    _held: dict[str, Path] = field(default_factory=dict)
    _written: list[Path] = field(default_factory=list)
    _beside: list[Path] = field(default_factory=list)

    def holds(self, dataset: str) -> bool:
        """Say whether a dataset is there, published or about to be."""
        return dataset in self.tables or dataset in self._held

    def path_of(self, dataset: str) -> Path | None:
        """Give the file of a dataset, published or about to be; None where there is none."""
        return self.tables.get(dataset) or self._held.get(dataset)

    def read(self, dataset: str) -> pd.DataFrame:
        """Read a whole dataset, as a GeoDataFrame where it has geometry."""
        path = self.path_of(dataset)
        if path is None:
            raise DatasetMissingError(f"{self.folder}: the warehouse holds no dataset {dataset!r}")
        try:
            return gpd.read_parquet(path)
        except ValueError:
            return pd.read_parquet(path)

    def replace(self, dataset: str, frame: pd.DataFrame) -> None:
        """Set the whole content of a dataset; a GeoDataFrame is written in EPSG:4326."""
        self.cursor.register("frame", plain(frame))
        columns = ", ".join(
            f"{FROM_WKB} AS geometry" if name == "geometry" else quote(name)
            for name in frame.columns
        )
        self.replace_by(dataset, f"SELECT {columns} FROM frame")
        self.cursor.unregister("frame")

    def replace_by(
        self, dataset: str, select: str, values: Mapping[str, Any] | None = None
    ) -> None:
        """Set the whole content of a dataset from a SELECT with bound values."""
        folder = self.folder / catalogue.DATASET_FOLDER / dataset
        path = publish_parquet(self.cursor, select, folder, values=values)
        self._written.append(path)
        self.tables[dataset] = path

    def replace_month(self, month: str, select: str, values: Mapping[str, Any]) -> None:
        """Set the whole content of one month of events from a SELECT with bound values."""
        folder = self.folder / catalogue.DATASET_FOLDER / EVENTS / f"{MONTH}={month}"
        columns = ", ".join(map(quote, EVENT_COLUMNS))
        path = publish_parquet(
            self.cursor,
            f"SELECT {columns} FROM ({select}) "
            "ORDER BY ST_Hilbert(lon, lat, {'min_x': -180, 'min_y': -90, 'max_x': 180, "
            "'max_y': 90}::BOX_2D), occurred_at, event_id",
            folder,
            values=values,
        )
        self._written.append(path)
        self.months[month] = path

    def drop_month(self, month: str) -> None:
        """Leave a month without events."""
        self.months.pop(month, None)

    def keep_file(self, relative: str, write: Callable[[Path], None]) -> Path:
        """Keep a file beside the datasets, at a path below the warehouse named by its content.

        ``write`` fills a draft. A file that is there already stays; discarding takes back only
        what this publication wrote.
        """
        target = self.folder / relative
        if not target.is_file():
            publish_file(target, write)
            self._beside.append(target)
        return target

    def commit(self, message: str, *, load: LoadNote | None = None) -> int:
        """Show everything in one catalogue transaction and give the new version.

        A publish that changes nothing gives the version that was there. ``load`` is kept with the
        version and read back from its history.
        """
        if not self.tables and self.months == self._before:
            self._beside.clear()
            return catalogue.current_version(self.cursor)
        written, beside = self._written.copy(), self._beside.copy()
        try:
            self.cursor.execute("BEGIN TRANSACTION")
            for dataset, path in self.tables.items():
                self._swap_table(dataset, path)
            self._swap_months()
            self._say(message, load)
            # An interrupt from here on must not delete files that may be visible already.
            self._written.clear()
            self._beside.clear()
            self.cursor.execute("COMMIT")
        except DatabaseError as fault:
            self._written[:], self._beside[:] = written, beside
            self.discard()
            raise StoreError(f"nothing was published, the catalogue refused: {fault}") from fault
        self._forget_unused(written)
        return catalogue.current_version(self.cursor)

    def discard(self) -> None:
        """Take back everything that was written; what was visible stays as it was."""
        with suppress(DatabaseError):
            self.cursor.execute("ROLLBACK")
        for path in (*self._written, *self._beside):
            path.unlink(missing_ok=True)

    def _say(self, message: str, load: LoadNote | None) -> None:
        extra = {} if load is None else {"extra": load.model_dump_json()}
        self.cursor.execute(
            f"CALL {catalogue.LAKE}.set_commit_message('cop', $message"
            + (", extra_info => $extra)" if extra else ")"),
            {"message": message, **extra},
        )

    def _forget_unused(self, written: list[Path]) -> None:
        for path in {*written} - {*self.tables.values(), *self.months.values()}:
            path.unlink(missing_ok=True)

    def _swap_table(self, dataset: str, path: Path) -> None:
        table = f"{catalogue.LAKE}.{quote(dataset)}"
        self.cursor.execute(
            f"CREATE OR REPLACE TABLE {table} AS "
            f"FROM read_parquet({quote_text(str(path))}) WITH NO DATA"
        )
        self._add(dataset, path)

    def _swap_months(self) -> None:
        table = f"{catalogue.LAKE}.{EVENTS}"
        changed = {m for m in {*self.months, *self._before} if self._path_changed(m)}
        if not changed:
            return
        columns = ", ".join(f"{quote(name)} {kind}" for name, kind in EVENT_COLUMNS.items())
        if EVENTS not in catalogue.table_names(self.cursor):
            self.cursor.execute(f"CREATE TABLE {table} ({columns}, {MONTH} VARCHAR)")
            self.cursor.execute(f"ALTER TABLE {table} SET PARTITIONED BY ({MONTH})")
        stale = sorted(changed & set(self._before))
        if stale:
            self.cursor.execute(
                f"DELETE FROM {table} WHERE {MONTH} IN (SELECT unnest($months))", {"months": stale}
            )
        for month in sorted(changed & set(self.months)):
            self._add(EVENTS, self.months[month])

    def _path_changed(self, month: str) -> bool:
        return self.months.get(month) != self._before.get(month)

    def _add(self, dataset: str, path: Path) -> None:
        self.cursor.execute(
            f"CALL ducklake_add_data_files('{catalogue.LAKE}', {quote_text(dataset)}, "
            f"{quote_text(str(path))}, hive_partitioning => {str(dataset == EVENTS).lower()})"
        )


@contextmanager
def open_publication(settings: StoreSettings) -> Iterator[Publication]:
    """Open the warehouse for one publish, making it where it is missing; one writer at a time.

    Leaving the block without ``commit`` takes everything back.
    """
    folder = settings.data.resolve()
    if "=" in str(folder):
        raise StoreError(f"{folder}: a folder with '=' reads as a partition; name it otherwise")
    try:
        (folder / catalogue.DATASET_FOLDER).mkdir(parents=True, exist_ok=True)
        with FileLock(folder / "writer.lock", timeout=_LOCK_SECONDS):
            cursor = open_engine(settings)
            catalogue.attach(cursor, folder, read_only=False)
            files = catalogue.read_snapshot(cursor).files
            check_layout(cursor, folder, files)
            months = {month_of(path): Path(path) for path in files.get(EVENTS, ())}
            held = {name: Path(paths[0]) for name, paths in files.items() if name != EVENTS}
            publication = Publication(
                cursor=cursor, folder=folder, months=dict(months), _before=months, _held=held
            )
            try:
                yield publication
            except BaseException:
                publication.discard()
                raise
            finally:
                cursor.close()
    except Timeout as fault:
        raise StoreError(
            f"{folder}: another process has been publishing for {_LOCK_SECONDS} s; try again later"
        ) from fault
    except OSError as fault:
        raise StoreError(f"{folder}: cannot write the warehouse: {fault}") from fault


def month_of(path: str) -> str:
    """Read the month of an event file from its folder name, ``month=2026-11``."""
    return Path(path).parent.name.removeprefix(f"{MONTH}=")


def plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Give a frame that DuckDB can read: geometry becomes WKB in EPSG:4326."""
    if isinstance(frame, gpd.GeoDataFrame):
        return pd.DataFrame(frame.to_crs("EPSG:4326").to_wkb())
    return frame
