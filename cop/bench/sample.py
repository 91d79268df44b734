"""The events that a bench is run over: in a temporary folder, or built once in a chosen one."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tqdm import tqdm

from cop.errors import SettingsError
from cop.ingest.demo.publish import describe_demo, publish_demo
from cop.settings import StoreSettings
from cop.store.catalogue.reader import CatalogueReader, is_published

DAYS = 5 * 365 + 1
END = datetime(2026, 1, 1)
"""Fixed, so that equal seeds give equal data and equal questions on every day."""


@dataclass(frozen=True, kw_only=True)
class Sample:
    """How many demo events, of which seed, and what DuckDB may use to read them.

    ``folder`` is where their warehouse stays for another bench; None is a temporary one.
    """

    events: int
    seed: int
    memory_mb: int
    threads: int
    folder: Path | None = None


@contextmanager
def open_sample(sample: Sample) -> Iterator[StoreSettings]:
    """Return the settings of a warehouse of the sample, built where it is not there yet.

    SettingsError where its folder holds anything else.
    """
    with tempfile.TemporaryDirectory(prefix="cop-bench-") as scratch:
        settings = make_settings(sample, sample.folder or Path(scratch) / "warehouse")
        if is_published(settings):
            _check(settings, sample)
        else:
            build_sample(settings, sample)
        yield settings


def make_settings(sample: Sample, data: Path, *, database: str | None = None) -> StoreSettings:
    """Return the settings of a warehouse in a folder, with files or a database of the bench.

    Never the database of the environment: it has the warehouse that people work with.
    """
    return StoreSettings(
        data=data, database=database, memory_mb=sample.memory_mb, threads=sample.threads
    )


def _check(settings: StoreSettings, sample: Sample) -> None:
    message = describe_demo(events=sample.events, days=DAYS, seed=sample.seed, end=END)
    reader = CatalogueReader(settings)
    try:
        stored = [version.message for version in reader.history()]
    finally:
        reader.close()
    if stored[:1] != [message]:
        raise SettingsError(
            f"--data {settings.data}: it holds {stored[0] if stored else 'no version'!r}, not "
            f"{message!r}; choose an empty folder, or the --events and --seed that it was built "
            "with"
        )


def build_sample(settings: StoreSettings, sample: Sample) -> None:
    """Publish the sample's events, saying on stderr how far it is."""
    with tqdm(total=sample.events, unit=" events", file=sys.stderr, leave=False) as bar:

        def progress(step: str, rows: int) -> None:
            bar.set_description(step)
            bar.update(rows)

        publish_demo(
            settings,
            events=sample.events,
            days=DAYS,
            seed=sample.seed,
            end=END,
            progress=progress,
        )
