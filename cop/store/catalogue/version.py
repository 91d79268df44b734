"""One version of the warehouse: the files of every dataset, and the digest that they answer to."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path

from cop.errors import DatasetMissingError, StoreError
from cop.model.default_records import DefaultRecords
from cop.store.catalogue.admission import Admission
from cop.store.dataset.schema import EVENTS, MONTH

CATALOGUE_FILE = "catalogue.sqlite"
MARK_FILE = "catalogue.id"
"""Where the catalogue is in a database: the id of the warehouse, which that has too."""
DATA_FOLDER = "datasets"
DATASET_FOLDER = f"{DATA_FOLDER}/main"
"""Below DuckLake's folder of the schema, where paths are relative, so that a warehouse can move."""
QUARANTINE_FOLDER = "quarantine"
"""Where damaged files are set aside."""


@dataclass(frozen=True, kw_only=True)
class CatalogueVersion:
    """The files of every dataset at one version of the warehouse; one without rows has none.

    ``default`` are the records that it shows without a choice; None from an earlier program.
    ``lacking`` are the rasters and photos that a reader lacks, by the dataset that shows them.
    ``admitted`` is what a viewer may read of it; None is everything.
    """

    version: int
    published_at: datetime
    files: dict[str, tuple[str, ...]] = field(repr=False)
    default: DefaultRecords | None = None
    lacking: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    admitted: Admission | None = None

    def files_of(self, dataset: str) -> tuple[str, ...]:
        """Return the file paths of a dataset; raise DatasetMissingError if there is none."""
        if dataset not in self.files:
            raise DatasetMissingError(
                f"the warehouse has no dataset {dataset!r} at version {self.version}; "
                f"it has: {', '.join(sorted(self.files)) or 'none'}"
            )
        return self.files[dataset]

    @property
    def event_files(self) -> tuple[str, ...]:
        """The files of all events; none where there are no events."""
        return self.files.get(EVENTS, ())

    @cached_property
    def event_months(self) -> Mapping[str, str]:
        """The month of each file of events."""
        return {file: month_of(file) for file in self.event_files}

    def digest(self, *datasets: str) -> str:
        """Name the content of datasets: equal files give an equal digest, whatever the version.

        Of what a viewer may read, equal records do. The folder of the warehouse is no part of it.
        """
        if datasets not in self._digests:
            lines = (
                f"{name} {path}"
                for name in datasets
                for path in sorted(self._name(name, path) for path in self._paths_of(name))
            )
            self._digests[datasets] = hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
        return self._digests[datasets]

    def _paths_of(self, dataset: str) -> tuple[str, ...]:
        return (*self.files.get(dataset, ()), *self.lacking.get(dataset, ()))

    def _name(self, dataset: str, path: str) -> str:
        below = path.rpartition(f"/{DATASET_FOLDER}/{dataset}/")[2]
        return below if self.admitted is None else self.admitted.names.get(path, below)

    @cached_property
    def _digests(self) -> dict[tuple[str, ...], str]:
        return {}


def month_of(path: str | Path) -> str:
    """Read the month of an event file from its folder name, ``month=2026-11``."""
    return Path(path).parent.name.removeprefix(f"{MONTH}=")


def build_listing(folder: Path, files: Iterable[str | Path]) -> str:
    """Return the digest of the paths of a version below ``folder``: which files it shows."""
    root = folder / DATASET_FOLDER
    return digest_names(sorted(Path(path).relative_to(root).as_posix() for path in files))


def digest_names(names: Iterable[str]) -> str:
    """Return the digest of sorted paths below the datasets."""
    return hashlib.sha256("\n".join(names).encode()).hexdigest()


def check_listing(folder: Path, catalogue: CatalogueVersion, listing: str | None) -> None:
    """Raise StoreError if a version lists other files than it was published with."""
    paths = [path for paths in catalogue.files.values() for path in paths]
    if not paths and listing is None:
        return
    if listing is None:
        raise StoreError(
            f"{folder}: the warehouse was written by an earlier build: version {catalogue.version} "
            "does not say which files it was published with. Choose another folder with --data, "
            "or remove this one and build it again from the sources"
        )
    if build_listing(folder, paths) != listing:
        raise StoreError(
            f"{folder / CATALOGUE_FILE}: version {catalogue.version} lists other files than it was "
            "published with; run `cop doctor` and restore the warehouse from a backup"
        )
