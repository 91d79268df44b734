"""The file of own units below the warehouse: what is fresh now, for the pages that show it.

It is no part of the data: never published, backed up or given, and removed when it has nothing
fresh. It is not synced either: it need not outlast a power failure.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cop.model.filter import Records
from cop.model.own_unit import OwnUnit
from cop.model.release import Release, admits
from cop.store.catalogue.writer import DRAFT_SUFFIX

LIVE_FOLDER: Final = "live"
MOST_UNITS: Final = 2_000
_PREFIX, _SUFFIX = "units-", ".json"
_MOST_BYTES: Final = 2_000_000
_MOST_FILES: Final = 20


class LiveUnits(BaseModel):
    """The units that a TAK server says are somewhere now; ``agency`` is its code."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    agency: str
    units: Annotated[tuple[OwnUnit, ...], Field(max_length=MOST_UNITS)]


def write_live(folder: Path, agency: str, units: Sequence[OwnUnit]) -> None:
    """Put units in place of what the file of a TAK server has; OSError if that is impossible."""
    if not units:
        remove_live(folder, agency)
        return
    target, draft = _paths(folder, agency)
    target.parent.mkdir(mode=0o700, exist_ok=True)
    content = LiveUnits(agency=agency, units=tuple(units)).model_dump_json()
    draft.unlink(missing_ok=True)
    try:
        draft.touch(mode=0o600, exist_ok=False)
        draft.write_text(content, encoding="utf-8")
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def remove_live(folder: Path, agency: str) -> None:
    """Remove the file of a TAK server, and what a killed process has left of it."""
    for path in _paths(folder, agency):
        path.unlink(missing_ok=True)
    with suppress(OSError):
        # It stays where other TAK servers have a file in it.
        (folder / LIVE_FOLDER).rmdir()


def read_live(
    folder: Path, *, release: Release | None, records: Records, now: datetime
) -> tuple[LiveUnits, ...]:
    """Read the units that are fresh now and released, real or made-up ones, by TAK server.

    Servers without any are left out. What a partner is given by rules never has units.
    """
    if release is not None and release.grant is not None:
        return ()
    found = []
    for live in _read_files(folder):
        units = tuple(
            unit
            for unit in live.units
            if now < unit.until
            and bool(unit.made_up) == (records == "synthetic")
            and admits(release, unit.marking)
        )
        if units:
            found.append(LiveUnits(agency=live.agency, units=units))
    return tuple(found)


def _read_files(folder: Path) -> Iterator[LiveUnits]:
    paths = sorted((folder / LIVE_FOLDER).glob(f"{_PREFIX}*{_SUFFIX}"))
    for path in paths[:_MOST_FILES]:
        # One that is being removed, or that is not ours, has no units.
        with suppress(OSError, ValueError, ValidationError):
            with path.open("rb") as file:
                content = file.read(_MOST_BYTES + 1)
            if len(content) <= _MOST_BYTES:
                yield LiveUnits.model_validate(json.loads(content))


def _paths(folder: Path, agency: str) -> tuple[Path, Path]:
    target = folder / LIVE_FOLDER / f"{_PREFIX}{agency}{_SUFFIX}"
    return target, target.with_name(f".{target.name}{DRAFT_SUFFIX}")
